// Optimizers, the norm and clipping of gradients, accumulation and averages against their references.

import { describe, expect, it } from 'vitest';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { input } from '../../src/runtime/graph/scope.ts';
import type { Attributes, Value } from '../../src/runtime/graph/value.ts';
import { accumulate } from '../../src/wgsl/optimizer/accumulate.ts';
import { adadelta } from '../../src/wgsl/optimizer/adadelta.ts';
import { adagrad } from '../../src/wgsl/optimizer/adagrad.ts';
import { adam, adamw } from '../../src/wgsl/optimizer/adam.ts';
import { average } from '../../src/wgsl/optimizer/average.ts';
import { control } from '../../src/wgsl/optimizer/control.ts';
import {
  adadeltaReference,
  adagradReference,
  adamReference,
  adamwReference,
  averageReference,
  controlReference,
  rmspropReference,
  seen,
  sgdReference,
  type UpdateReference,
} from '../../src/wgsl/optimizer/optimizer.ref.ts';
import { rmsprop } from '../../src/wgsl/optimizer/rmsprop.ts';
import { sgd } from '../../src/wgsl/optimizer/sgd.ts';
import { exact, type Rounded } from '../../src/wgsl/shared/rounded.ref.ts';
import { checkOperator } from '../support/check.ts';
import { running } from '../support/effects.ts';
import { type AnyOperator, apply, filled, runValue, type TestTensor, worst } from '../support/operators.ts';

type Numbers = Float32Array<ArrayBuffer>;

const numbers = (key: string, size: number, scale = 1, shift = 0): Numbers => filled(key, [size], scale, shift).data;
const parameter = (name: string, size: number): Value => ({
  kind: 'parameter',
  name,
  shape: [size],
  inputs: {},
  attributes: {},
});

interface Rule {
  readonly operator: AnyOperator;
  readonly referenceOf: UpdateReference<never>;
  readonly attributes: Attributes;
  /** Each state's scale and shift at first. */
  readonly states?: Readonly<Record<string, readonly [number, number]>>;
}

const signed = [1, 0] as const;
const positive = [0.5, 0.6] as const;

const sgdSettings: readonly Attributes[] = [
  {},
  { dampening: 0.3 },
  { nesterov: true, weightDecay: 0.01, clipValue: 0.3 },
];

const rules: readonly Rule[] = [
  { operator: sgd, referenceOf: sgdReference, attributes: {} },
  { operator: sgd, referenceOf: sgdReference, attributes: { weightDecay: 0.1, rateScale: 0.3, clipValue: 0.5 } },
  ...sgdSettings.map(
    (more): Rule => ({
      operator: sgd,
      referenceOf: sgdReference,
      attributes: { momentum: 0.9, ...more },
      states: { momentum_buffer: signed },
    }),
  ),
  ...[
    { operator: adam, referenceOf: adamReference },
    { operator: adamw, referenceOf: adamwReference },
  ].flatMap((one): Rule[] => [
    {
      ...one,
      attributes: { weightDecay: 0.1, rateScale: 2, clipValue: 0.7 },
      states: { exp_avg: signed, exp_avg_sq: positive },
    },
    {
      ...one,
      attributes: { beta1: 0.8, beta2: 0.95, eps: 1e-3 },
      states: { exp_avg: signed, exp_avg_sq: positive, max_exp_avg_sq: positive },
    },
  ]),
  {
    operator: rmsprop,
    referenceOf: rmspropReference,
    attributes: { weightDecay: 0.1 },
    states: { square_avg: positive },
  },
  {
    operator: rmsprop,
    referenceOf: rmspropReference,
    attributes: { alpha: 0.9, eps: 1e-3, momentum: 0.9 },
    // The square of the mean is below the mean of the squares.
    states: { square_avg: [0.5, 1.5], grad_avg: [0.9, 0], momentum_buffer: signed },
  },
  { operator: adagrad, referenceOf: adagradReference, attributes: { weightDecay: 0.1 }, states: { sum: positive } },
  {
    operator: adadelta,
    referenceOf: adadeltaReference,
    attributes: { rho: 0.8, weightDecay: 0.01, rateScale: 0.5 },
    states: { square_avg: positive, acc_delta: positive },
  },
];

/** Rate, apply, first, two corrections, fresh, decay of averages. */
const stepOf = (t: number, decay = 0.99): Numbers =>
  Float32Array.of(0.1 / t, 1, t === 1 ? 1 : 0, 1 - 0.9 ** t, 1 - 0.99 ** t, t === 1 ? 1 : 0, decay, 0);

function updateOf({ operator, attributes, states = {} }: Rule, size: number): Value {
  const named = Object.keys(states).map((name) => [name, parameter(name, size)]);
  const inputs = { g: input('g', [size]), step: input('step', [8]), control: input('control', [4]) };
  return operator.of(
    { w: parameter('w', size), ...inputs, ...Object.fromEntries(named) },
    attributes as never,
    'update',
  );
}

function firstOf({ states = {} }: Rule, size: number): Record<string, Numbers> {
  const entries = Object.entries(states).map(([name, [scale, shift]]) => [name, numbers(name, size, scale, shift)]);
  return { w: numbers('w', size), ...Object.fromEntries(entries) };
}

describe.each(rules)('$operator.name with $attributes', (rule) => {
  it.each([1, 6, 64, 20_011])('of %i numbers', async (size) => {
    const first = firstOf(rule, size);
    const names = Object.keys(first);
    const graph = await running(graphOf({}, [updateOf(rule, size)]), first);
    try {
      let before: Readonly<Record<string, ArrayLike<number>>> = first;
      for (const t of [1, 2, 3]) {
        const g = numbers(`g${t}`, size);
        const step = stepOf(t);
        const multiplier = t === 2 ? 0.5 : 1.25;
        await graph.run({ g, step, control: Float32Array.of(1, multiplier, 1, 0) });
        const after: Record<string, ArrayLike<number>> = {};
        for (const name of names) after[name] = await graph.read(name);
        const expected = Array.from(g, (value, i) => {
          const state = Object.fromEntries(names.map((name) => [name, exact(before[name]![i]!)]));
          const told = {
            rate: exact(step[0]!),
            first: t === 1,
            corrections: [exact(step[3]!), exact(step[4]!)] as const,
          };
          const gradient = seen(exact(value), exact(multiplier), rule.attributes);
          return rule.referenceOf(state as { w: Rounded }, gradient, told, rule.attributes as never);
        });
        for (const name of names) {
          const own = expected.map((made) => made[name]!);
          const [values, errors] = [own.map(({ value }) => value), own.map(({ error }) => error)];
          expect(worst(after[name]!, values, errors), `${name} after step ${t}`).toBeNull();
        }
        before = after;
      }
    } finally {
      graph.dispose();
    }
  });

  it('changes nothing where control says so, whatever the gradient', async () => {
    const first = firstOf(rule, 7);
    const graph = await running(graphOf({}, [updateOf(rule, 7)]), first);
    try {
      await graph.run({
        g: new Float32Array(7).fill(Number.NaN),
        step: stepOf(1),
        control: Float32Array.of(0, 1, 0, 0),
      });
      for (const [name, data] of Object.entries(first)) expect(await graph.read(name), name).toEqual(data);
    } finally {
      graph.dispose();
    }
  });
});

describe('updates', () => {
  it('refuse state that is missing, of another shape or not kept', () => {
    const [w, momentum_buffer] = [parameter('w', 5), parameter('momentum_buffer', 5)];
    const inputs = { w, g: input('g', [5]), step: input('step', [8]), control: input('control', [4]) };
    expect(() => sgd.of(inputs, { momentum: 0.9 }, 'fc')).toThrow('sgd(fc): input momentum_buffer is missing');
    expect(() => sgd.of({ ...inputs, momentum_buffer }, {}, 'fc')).toThrow('sgd(fc): there is no momentum to keep');
    expect(() => adam.of(inputs, {}, 'fc')).toThrow('adam(fc): input exp_avg is missing');
    expect(() => adagrad.of({ ...inputs, sum: parameter('sum', 4) }, {}, 'fc')).toThrow('sum must be [5] and is [4]');
    expect(() => sgd.of({ ...inputs, step: input('step', [7]) }, {}, 'fc')).toThrow('step must be [8] and is [7]');
    expect(() => sgd.of({ ...inputs, w: input('w', ['n', 5]) }, {}, 'fc')).toThrow('w must have no batch');
  });
});

describe('control', () => {
  const vectors = (apply: number, scale: number) => ({
    step: { shape: [8], data: Float32Array.of(0.1, apply, 0, 1, 1, 0, 0, 0), rows: true },
    scale: { shape: [1], data: Float32Array.of(scale), rows: true },
  });
  const gradients = (sizes: readonly number[], size: number) =>
    sizes.map((count, i): TestTensor => ({ ...filled(`control/${i}`, [count], size), rows: true }));
  const attempt = async (
    all: readonly TestTensor[],
    { apply = 1, scale = 1 },
    attributes: { maxNorm?: number; batches?: number } = {},
  ) => {
    const tensors = { ...vectors(apply, scale), ...Object.fromEntries(all.entries()) };
    const reference = controlReference(
      all.map(({ data }) => data),
      { apply: apply === 1, scale },
      attributes,
    );
    await checkOperator(control, tensors, attributes, reference);
    return reference;
  };

  it.each([[[1]], [[7, 130, 4]], [[70_001, 3]]])('of gradients of %j numbers', async (sizes) => {
    await attempt(gradients(sizes, 2), {});
    await attempt(gradients(sizes, 2), { scale: 1024 }, { batches: 3 });
    await attempt(gradients(sizes, 2), { apply: 0 }, { maxNorm: 0.5 });
    await attempt(gradients(sizes, 2), { scale: 8 }, { maxNorm: 0.01, batches: 2 });
    await attempt(gradients(sizes, 2), {}, { maxNorm: 1e9 });
  });

  it('neither overflows nor loses what is small', async () => {
    for (const size of [3e38, 1e30, 1e19, 1e-15]) {
      const { y } = await attempt(gradients([500, 33], size), { scale: 65536 });
      expect(y[0]).toBe(1);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('stops updates where a gradient is %f', async (bad) => {
    const [first, last] = gradients([40, 300], 1);
    const data = last!.data.with(299, bad) as Numbers;
    const tensors = { ...vectors(1, 1), 0: first!, 1: { ...last!, data } };
    for (const kernel of ['control', 'control_wide']) {
      const { y } = await runValue(apply(control, tensors, { maxNorm: 1 }), tensors, kernel);
      expect(y[0], kernel).toBe(0);
      expect(Number.isFinite(y[2]), kernel).toBe(false);
    }
  });

  it('refuses to do without gradients', () => {
    const tensors = vectors(1, 1);
    expect(() => apply(control, tensors, {})).toThrow('control(control): there are no gradients');
    const all = { ...tensors, scale: { ...tensors.step }, 0: gradients([3], 1)[0]! };
    expect(() => apply(control, all, {})).toThrow('scale must be [1] and is [8]');
  });
});

describe('accumulate', () => {
  it.each([1, 6, 20_011])('adds up %i numbers, and begins anew whatever is there', async (size) => {
    const value = accumulate.of(
      { sum: parameter('sum', size), g: input('g', [size]), step: input('step', [8]) },
      {},
      'sum',
    );
    const graph = await running(graphOf({}, [value]), { sum: new Float32Array(size).fill(Number.NaN) });
    try {
      const [a, b] = [numbers('a', size), numbers('b', size)];
      await graph.run({ g: a, step: stepOf(1) });
      expect(await graph.read('sum')).toEqual(a);
      await graph.run({ g: b, step: stepOf(2) });
      expect(await graph.read('sum')).toEqual(a.map((left, i) => left + b[i]!));
      await graph.run({ g: b, step: stepOf(1) });
      expect(await graph.read('sum')).toEqual(b);
    } finally {
      graph.dispose();
    }
  });
});

describe('average', () => {
  it.each([1, 6, 20_011])('of %i numbers, after the update of this very run', async (size) => {
    const inputs = { step: input('step', [8]), control: input('control', [4]) };
    const w = sgd.of({ w: parameter('w', size), g: input('g', [size]), ...inputs }, {}, 'w');
    const value = average.of({ shadow: parameter('shadow', size), w, ...inputs }, {}, 'shadow');
    const first = { w: numbers('w', size), shadow: numbers('shadow', size) };
    const graph = await running(graphOf({}, [value]), first);
    try {
      const step = stepOf(2, 0.9);
      await graph.run({ g: numbers('g', size), step, control: Float32Array.of(0, 1, 0, 0) });
      expect(await graph.read('shadow')).toEqual(first.shadow);
      await graph.run({ g: numbers('g', size), step, control: Float32Array.of(1, 1, 0, 0) });
      const updated = await graph.read('w');
      expect(updated).not.toEqual(first.w);
      const expected = Array.from(updated, (own, i) => averageReference(first.shadow[i]!, own, step[6]!));
      const [values, errors] = [expected.map(({ value }) => value), expected.map(({ error }) => error)];
      expect(worst(await graph.read('shadow'), values, errors)).toBeNull();
    } finally {
      graph.dispose();
    }
  });
});
