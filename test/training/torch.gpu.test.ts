// Training beside torch's: losses, gradients and weights, step by step, with what the oracle has of every model.

import { describe, expect, it } from 'vitest';
import { registry } from '../../src/index.ts';
import { Tensor } from '../../src/runtime/tensor.ts';
import { sgd } from '../../src/training/optimizers.ts';
import type { StateDict } from '../../src/weights/tensors.ts';
import { fillImage, fillLabels, fillParameter } from '../support/fill.ts';
import { testDevice } from '../support/gpu.ts';
import { buildModel } from '../support/models.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface Trained {
  readonly model: string;
  readonly input: readonly [number, number, number, number];
  readonly numClasses: number;
  readonly steps: number;
  readonly sgd: { readonly lr: number; readonly momentum: number; readonly weightDecay: number };
  readonly loss: readonly number[];
  readonly gradNorm: readonly number[];
  readonly err32: {
    readonly loss: readonly number[];
    readonly gradNorm: readonly number[];
    /** Of all gradients of the first step together. */
    readonly grad0All: number;
  };
  readonly params: readonly {
    readonly name: string;
    readonly gradL2: number;
    readonly gradFirst: readonly number[];
    readonly gradErr32: number;
    readonly gradIsZero?: boolean;
    readonly finalL2: number;
    readonly finalFirst: readonly number[];
    readonly finalErr32: number;
    readonly deltaL2: number;
    readonly deltaErr32: number;
  }[];
  readonly buffers: readonly {
    readonly name: string;
    readonly step1First: readonly number[];
    readonly finalL2: number;
    readonly finalFirst: readonly number[];
    readonly finalErr32: number;
  }[];
}

/**
 * The oracle's yardstick: ten times torch's own error in float32, and never below 1e-6. Relative. A single number's own
 * error may be small by chance: the largest of all steps counts, and where signs of ReLUs turn, all gradients move with them.
 */
const allowed = (err32: number) => Math.max(10 * err32, 1e-6);

const everywhere = ['lenet5-28', 'resnet18-64', 'mobilenet_v2-64'];
const onLavapipe = [
  'lenet5_relu-28',
  'squeezenet1_1-64',
  'mobilenet_v3_small-64',
  'shufflenet_v2_x1_0-64',
  'efficientnet_b0-64',
  'googlenet-64',
  'resnet50-64',
  'resnext50_32x4d-64',
  'densenet121-64',
  'vgg11_bn-64',
  'vgg11-64',
  'alexnet-64',
  'inception_v3-299',
];

describe('training as torch does', async () => {
  const { facts } = await testDevice();
  const names = facts.description.includes('llvmpipe') ? [...everywhere, ...onLavapipe] : everywhere;
  for (const name of names)
    it(name, { timeout: 600_000 }, async (context) => {
      const expected = await sharedJson<Trained>(`oracle/data/train/${name}.json`);
      if (!expected) return context.skip(SHARED_MISSING);
      expect(await differences(expected)).toEqual([]);
    });
});

type Near = (what: string, is: number, was: number, within: number) => void;

async function differences(expected: Trained): Promise<string[]> {
  const [n, , size] = expected.input;
  const classes = expected.numClasses;
  const start = filledState(expected.model, size, classes);
  await using model = await registry.load(expected.model, { weights: start, size, classes });
  const trainer = await model.trainer({ optimizer: sgd(expected.sgd), dropout: false });
  const { err32 } = expected;
  const lossError = allowed(Math.max(...err32.loss));
  // Norms differ by no more than the norm of the difference.
  const normError = allowed(Math.max(...err32.gradNorm, err32.grad0All));
  const found: string[] = [];
  const near: Near = (what, is, was, within) => {
    if (!(Math.abs(is - was) <= within)) found.push(`${what} is ${is}, torch has ${was} within ${within}`);
  };
  try {
    for (let step = 0; step < expected.steps; step++) {
      const images = new Tensor(fillImage(expected.input, `input${step}`), expected.input);
      const { loss, gradientNorm } = await trainer.step({ images, labels: fillLabels(n, classes, `labels${step}`) });
      near(`loss ${step}`, loss, expected.loss[step]!, lossError * expected.loss[step]!);
      const norm = expected.gradNorm[step]!;
      near(`gradient norm ${step}`, gradientNorm, norm, normError * norm);
      if (step === 0) compareFirst(expected, start, await trainer.variables(), near);
    }
    compareLast(expected, start, await trainer.stateDict(), near);
  } finally {
    await trainer.dispose();
  }
  return found;
}

/** After one step the momentum is the gradient with the weight's decay, and the running statistics have moved once. */
function compareFirst({ params, buffers, sgd, err32 }: Trained, start: StateDict, now: StateDict, near: Near): void {
  const largest = Math.max(...params.map(({ gradL2 }) => gradL2));
  for (const { name, gradL2, gradFirst, gradErr32, gradIsZero } of params) {
    const weights = start[name]!.data;
    const velocity = now[`optimizer.momentum_buffer.${name}`]!.data;
    const gradient = velocity.map((v, i) => v - sgd.weightDecay * weights[i]!);
    // What adding the decay has rounded.
    const rounding = 2 ** -23 * largestOf(velocity);
    if (gradIsZero) {
      near(`gradient of ${name}`, norm(gradient), 0, 1e-6 * largest + rounding * Math.sqrt(weights.length));
      continue;
    }
    near(
      `gradient of ${name}`,
      norm(gradient),
      gradL2,
      allowed(Math.max(gradErr32, err32.grad0All)) * gradL2 + rounding * Math.sqrt(weights.length),
    );
    for (const [i, was] of gradFirst.entries())
      near(
        `gradient of ${name}[${i}]`,
        gradient[i]!,
        was,
        allowed(Math.max(gradErr32, err32.grad0All)) * gradL2 + rounding,
      );
  }
  for (const { name, step1First, finalErr32 } of buffers)
    for (const [i, was] of step1First.entries())
      near(`${name}[${i}] after a step`, now[name]!.data[i]!, was, allowed(finalErr32) * largestOf(now[name]!.data));
}

function compareLast({ params, buffers }: Trained, start: StateDict, state: StateDict, near: Near): void {
  for (const { name, finalL2, finalFirst, finalErr32, deltaL2, deltaErr32 } of params) {
    const { data } = state[name]!;
    const change = data.map((v, i) => v - start[name]!.data[i]!);
    const within = allowed(finalErr32) * largestOf(data);
    near(`${name}'s norm`, norm(data), finalL2, within * Math.sqrt(data.length));
    near(`${name}'s change`, norm(change), deltaL2, allowed(deltaErr32) * deltaL2);
    for (const [i, was] of finalFirst.entries()) near(`${name}[${i}]`, data[i]!, was, within);
  }
  for (const { name, finalL2, finalFirst, finalErr32 } of buffers) {
    const { data } = state[name]!;
    const within = allowed(finalErr32) * largestOf(data);
    near(`${name}'s norm`, norm(data), finalL2, within * Math.sqrt(data.length));
    for (const [i, was] of finalFirst.entries()) near(`${name}[${i}]`, data[i]!, was, within);
  }
}

const norm = (data: Float32Array): number => Math.sqrt(data.reduce((sum, v) => sum + v * v, 0));
const largestOf = (data: Float32Array): number => data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

function filledState(model: string, size: number, classes: number): StateDict {
  const { parameters } = buildModel(model, { size, classes });
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [name, { shape, data: new Float32Array(fillParameter(name, shape)) }]),
  );
}
