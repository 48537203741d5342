// Optimizers as users choose them: torch's trajectories, step after step on the GPU, and what may be chosen.

import { describe, expect, it } from 'vitest';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { input } from '../../src/runtime/graph/scope.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import {
  adadelta,
  adagrad,
  adam,
  adamw,
  type Optimizer,
  optimizerOf,
  rmsprop,
  sgd,
} from '../../src/training/optimizers.ts';
import { control } from '../../src/wgsl/optimizer/control.ts';
import {
  adadeltaReference,
  adagradReference,
  adamReference,
  adamwReference,
  controlReference,
  rmspropReference,
  seen,
  sgdReference,
  type UpdateReference,
} from '../../src/wgsl/optimizer/optimizer.ref.ts';
import { exact, over, type Rounded, rounded } from '../../src/wgsl/shared/rounded.ref.ts';
import { running } from '../support/effects.ts';
import { uniform } from '../support/fill.ts';
import { boundOf, worst } from '../support/operators.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface Case {
  readonly name: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, number | boolean | readonly number[]>>;
  readonly n: number;
  readonly steps: number;
  readonly trajectory: readonly (readonly number[])[];
}

const parameter = (name: string, shape: readonly number[]): Value => ({
  kind: 'parameter',
  name,
  shape,
  inputs: {},
  attributes: {},
});

const makers: Readonly<Record<string, (options: never) => Optimizer>> = {
  SGD: sgd,
  Adam: adam,
  AdamW: adamw,
  RMSprop: rmsprop,
  Adagrad: adagrad,
  Adadelta: adadelta,
};

const references: Readonly<Record<string, UpdateReference<never>>> = {
  sgd: sgdReference,
  adam: adamReference,
  adamw: adamwReference,
  rmsprop: rmspropReference,
  adagrad: adagradReference,
  adadelta: adadeltaReference,
};

/** From torch's names. */
function optimizerFor({ op, attrs }: Case): Optimizer {
  const { weight_decay: weightDecay, ...same } = attrs;
  return makers[op]!({ ...same, ...(weightDecay !== undefined && { weightDecay }) } as never);
}

/** A step's graph: the control of one gradient g, and the update of a parameter w. */
function graphFor(optimizer: Optimizer, shape: readonly number[]) {
  const [g, step] = [input('g', shape), input('step', [8])];
  const controls = control.of({ step, scale: input('loss_scale', [1]), 0: g }, { maxNorm: optimizer.clipNorm }, 'c');
  const states = optimizer.state('w');
  const state = Object.fromEntries(states.map(({ name }) => [name, parameter(`optimizer.${name}`, shape)]));
  const size = shape.reduce((product, dim) => product * dim, 1);
  const initial = states.map(({ name, initial }) => [`optimizer.${name}`, new Float32Array(size).fill(initial)]);
  const update = optimizer.update(parameter('w', shape), g, state, { step, control: controls });
  return { update, graph: graphOf({ control: controls }, [update]), initial: Object.fromEntries(initial) };
}

function stepNumbers(optimizer: Optimizer, t: number): Float32Array<ArrayBuffer> {
  return Float32Array.of(optimizer.lr, 1, t === 1 ? 1 : 0, ...optimizer.scalars(t), 1, 0, 0);
}

describe('optimizers as torch has them', async () => {
  const oracle = (await sharedJson<{ cases: Case[] }>('oracle/data/ops/optim.json'))?.cases;
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  const ours = oracle?.filter(({ op }) => op !== 'clip_grad_norm') ?? [];

  it.each(ours)('$name', async (test) => {
    const optimizer = optimizerFor(test);
    const { update, graph, initial } = graphFor(optimizer, [test.n]);
    const w = uniform(`${test.name}/p`, [test.n]);
    const run = await running(graph, { w, ...initial });
    try {
      // The errors of all steps so far are carried along.
      let expected = Array.from(w, (value): Record<string, Rounded> & { w: Rounded } => ({
        ...Object.fromEntries(optimizer.state('w').map(({ name, initial }) => [name, exact(initial)])),
        w: exact(value),
      }));
      for (let t = 1; t <= test.steps; t++) {
        const g = uniform(`${test.name}/g${t - 1}`, [test.n]);
        const [first, second] = optimizer.scalars(t);
        const told = {
          rate: rounded(optimizer.lr),
          first: t === 1,
          corrections: [rounded(first), rounded(second)] as const,
        };
        const one = over(exact(1), exact(1));
        expected = expected.map((state, i) => ({
          ...references[optimizer.name]!(state, seen(exact(g[i]!), one, {}), told, update.attributes as never),
        }));
        await run.run({ g, step: stepNumbers(optimizer, t), loss_scale: Float32Array.of(1) });
        const values = expected.map((state) => state.w.value);
        // Shortest decimals, which give back f32 numbers when they are rounded.
        const torch = test.trajectory[t - 1]!.map(Math.fround);
        const printed = values.map((value) => 2 ** -24 * Math.abs(value));
        expect(worst(torch, values, printed), `the reference against torch, step ${t}`).toBeNull();
        const bounds = expected.map((state, i) => state.w.error + printed[i]!);
        expect(worst(await run.read('w'), torch, bounds), `step ${t}`).toBeNull();
      }
    } finally {
      run.dispose();
    }
  });

  it('optim.clip-grad-norm', async (context) => {
    const test = oracle?.find(({ op }) => op === 'clip_grad_norm') as unknown as
      | { name: string; totalNorm: number; a: number[]; b: number[] }
      | undefined;
    if (!test) return context.skip(SHARED_MISSING);
    const inputs = { a: uniform(`${test.name}/a`, [8], 3), b: uniform(`${test.name}/b`, [3], 3) };
    const vectors = { step: input('step', [8]), scale: input('loss_scale', [1]) };
    const value = control.of({ ...vectors, 0: input('a', [8]), 1: input('b', [3]) }, { maxNorm: 1 }, 'control');
    const run = await running(graphOf({ y: value }), {});
    const { y } = await run.run({ ...inputs, step: stepNumbers(sgd({ lr: 1 }), 1), loss_scale: Float32Array.of(1) });
    run.dispose();
    const reference = controlReference(Object.values(inputs), { apply: true, scale: 1 }, { maxNorm: 1 });
    const bounds = boundOf(reference);
    expect(worst([y![2]!], [test.totalNorm], [bounds[2]! + 2 ** -24 * test.totalNorm])).toBeNull();
    for (const name of ['a', 'b'] as const) {
      const clipped = Array.from(inputs[name], (g) => g * y![1]!);
      const errors = Array.from(inputs[name], (g) => Math.abs(g) * (bounds[1]! + 2 ** -24));
      expect(worst(clipped, test[name], errors), name).toBeNull();
    }
  });
});

describe('an optimizer', () => {
  it('clips by norm, then by value, and scales back what the loss scale made larger', async () => {
    const optimizer = sgd({ lr: 1, clipNorm: 5, clipValue: 3.5 });
    const { graph } = graphFor(optimizer, [2]);
    const run = await running(graph, { w: new Float32Array(2) });
    const { control: told } = await run.run({
      g: Float32Array.of(6 * 1024, -8 * 1024),
      step: stepNumbers(optimizer, 1),
      loss_scale: Float32Array.of(1024),
    });
    const [first, second] = await run.read('w');
    run.dispose();
    // torch adds 1e-6 to the norm that it divides by.
    expect(told![2]).toBeCloseTo(10, 5);
    expect(first).toBeCloseTo((-6 * 5) / (10 + 1e-6), 5);
    expect(second).toBe(3.5);
  });

  const attributesOf = (optimizer: Optimizer, name: string, shape: readonly number[]) => {
    const rows = { g: input('g', shape), step: input('step', [8]), control: input('control', [4]) };
    return optimizer.update(parameter(name, shape), rows.g, {}, rows).attributes;
  };

  it('lets groups of parameters go their own ways', () => {
    const optimizer = sgd({
      lr: 0.1,
      weightDecay: 0.01,
      decayBiasAndNorms: false,
      groups: [
        { match: 'layer*.conv1', lr: 0.5 },
        { match: 'fc', lr: 2, weightDecay: 0 },
        { match: 'fc.weight', lr: 9 },
      ],
    });
    const of = (name: string, shape: readonly number[]) => attributesOf(optimizer, name, shape);
    expect(of('conv1.weight', [4, 3, 3, 3])).toMatchObject({ rateScale: 1, weightDecay: 0.01 });
    expect(of('conv1.bias', [4])).toMatchObject({ rateScale: 1, weightDecay: 0 });
    expect(of('layer1.conv1.weight', [4, 3])).toMatchObject({ rateScale: 0.5, weightDecay: 0.01 });
    expect(of('layer1.conv10.weight', [4, 3])).toMatchObject({ rateScale: 1 });
    expect(of('fc.weight', [4, 3])).toMatchObject({ rateScale: 2, weightDecay: 0 });
    expect(attributesOf(sgd({ lr: 0.1, weightDecay: 0.01 }), 'bias', [4])).toMatchObject({ weightDecay: 0.01 });
  });

  it('is made again from its settings as JSON holds them', () => {
    const all = [
      sgd({ lr: 0.1, momentum: 0.9, nesterov: true, groups: [{ match: 'fc', lr: 2 }], clipNorm: 1 }),
      adam({ betas: [0.8, 0.9], amsgrad: true }),
      adamw(),
      rmsprop({ centered: true, momentum: 0.5 }),
      adagrad({ lrDecay: 0.1, initialAccumulatorValue: 1 }),
      adadelta({ rho: 0.5, clipValue: 1 }),
    ];
    for (const optimizer of all) {
      const again = optimizerOf(optimizer.name, JSON.parse(JSON.stringify(optimizer.settings)));
      expect(again.settings).toEqual(optimizer.settings);
      expect(again.state('w')).toEqual(optimizer.state('w'));
      expect(again.scalars(3)).toEqual(optimizer.scalars(3));
    }
    expect(adamw().settings.weightDecay).toBe(0.01);
    expect(adagrad({ lrDecay: 0.5 }).scalars(3)).toEqual([2, 1]);
  });

  it.each<[string, () => unknown, string]>([
    ['an option that is none', () => sgd({ lr: 1, momentun: 0.9 } as never), 'sgd: there is no option momentun'],
    ['a rate that is missing', () => sgd({} as never), 'sgd: lr must be of type number'],
    ['a rate below none', () => adam({ lr: -1 }), 'adam: lr must be >= 0 and is -1'],
    [
      'a beta of one',
      () => adamw({ betas: [0.9, 1] }),
      'adamw: betas must be two numbers from 0 to less than 1 and is [0.9,1]',
    ],
    ['Nesterov without momentum', () => sgd({ lr: 1, nesterov: true }), 'nesterov needs a momentum'],
    ['a group of nothing', () => rmsprop({ groups: [{ match: '' }] }), 'rmsprop: groups[0].match must have at least 1'],
    [
      'a misspelt group',
      () => adagrad({ groups: [{ match: 'a', Lr: 1 } as never] }),
      'groups.0: there is no option Lr',
    ],
    ['a norm of none', () => adadelta({ clipNorm: 0 }), 'adadelta: clipNorm must be > 0 and is 0'],
    ['an unknown name', () => optimizerOf('lion', {}), 'there is no optimizer lion, only sgd, adam, adamw'],
  ])('refuses %s', (_, attempt, message) => {
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(message) }),
    );
  });
});
