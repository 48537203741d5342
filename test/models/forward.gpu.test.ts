// Whole models against torch, in eval mode: logits, and what every module on the way returns.

import { describe, expect, it } from 'vitest';
import { testDevice } from '../support/gpu.ts';
import { worst } from '../support/operators.ts';
import { type Filled, runModel } from '../support/run_model.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface Forward extends Filled {
  readonly err32: { readonly logits: number };
  readonly logits: readonly number[][];
  readonly top5: readonly number[][];
  readonly modules: readonly ModuleDigest[];
}

interface ModuleDigest {
  readonly name: string;
  readonly shape: readonly number[];
  readonly l2: number;
  readonly absMax: number;
  readonly first: readonly number[];
  readonly err32: number;
}

/** Ten times what torch's own float32 run is off, and never below 1e-6: the oracle's yardstick, relative to the largest value. */
const tolerance = (err32: number) => Math.max(10 * err32, 1e-6);

const largest = (values: Iterable<number>) => {
  let found = 0;
  for (const value of values) found = Math.max(found, Math.abs(value));
  return found;
};

const topFive = (logits: Float32Array) =>
  [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, 5);

function checkLogits(logits: Float32Array, oracle: Forward): void {
  const expected = oracle.logits.flat();
  const bound = tolerance(oracle.err32.logits) * largest(expected);
  expect(worst(logits, expected, new Float64Array(expected.length).fill(bound))).toBeNull();
  const rows = oracle.top5.map((_, i) => topFive(logits.subarray(i * oracle.numClasses, (i + 1) * oracle.numClasses)));
  expect(rows).toEqual(oracle.top5);
}

/** The largest magnitude and the norm move by no more than the elements do: the norm by their bound times sqrt(count). */
function checkModule(values: Float32Array, { name, shape, l2, absMax, first, err32 }: ModuleDigest): void {
  const bound = tolerance(err32) * absMax;
  expect(values.length, name).toBe(shape.reduce((a, b) => a * b, 1));
  expect(worst(values.slice(0, first.length), first, new Float64Array(first.length).fill(bound)), name).toBeNull();
  expect(Math.abs(largest(values) - absMax), name).toBeLessThanOrEqual(bound);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  expect(Math.abs(norm - l2), name).toBeLessThanOrEqual(bound * Math.sqrt(values.length));
}

const mobile = ['mobilenet_v2', 'mobilenet_v3_small', 'mobilenet_v3_large', 'shufflenet_v2_x1_0', 'mnasnet0_5'];
const small = [
  'lenet5-28',
  'lenet5_relu-28',
  'resnet18-64',
  'resnet50-64',
  'resnext50_32x4d-64',
  ...mobile.map((name) => `${name}-64`),
  'squeezenet1_1-64',
  'alexnet-64',
  'efficientnet_b0-64',
  'regnet_x_400mf-64',
  'convnext_tiny-64',
  'googlenet-64',
  'inception_v3-96',
  'densenet121-64',
];
const full = [
  'resnet18-224',
  'resnet50-224',
  'resnext50_32x4d-224',
  ...mobile.map((name) => `${name}-224`),
  'squeezenet1_1-224',
  'efficientnet_b0-224',
  'regnet_x_400mf-224',
];
/** Half a gigabyte of weights each, in layers that lavapipe cannot bind as a whole. */
const large = ['alexnet-224', 'vgg11-64', 'vgg11-224', 'vgg11_bn-64', 'vgg11_bn-224', 'vgg16-224'];
/** Hundreds of layers each. */
const deep = ['googlenet-224', 'googlenet-224-ti', 'inception_v3-299-ti', 'densenet121-224'];
const { facts } = await testDevice();
// SwiftShader, in Node and in Chromium, takes minutes for them.
const able = facts.architecture === 'swiftshader' ? [] : [...large, ...deep];

describe('logits', () => {
  it.for([...small, ...full, ...able])('of %s', async (file, context) => {
    const oracle = await sharedJson<Forward>(`oracle/data/forward/${file}.json`);
    if (!oracle) return context.skip(SHARED_MISSING);
    const { logits } = await runModel(oracle);
    checkLogits(logits!, oracle);
  });
});

describe('modules', () => {
  it.for([...small, ...able.filter((file) => file.endsWith('-64'))])('of %s', async (file, context) => {
    const oracle = await sharedJson<Forward>(`oracle/data/forward/${file}.json`);
    if (!oracle) return context.skip(SHARED_MISSING);
    const { logits, ...outputs } = await runModel(
      oracle,
      oracle.modules.map(({ name }) => name),
    );
    checkLogits(logits!, oracle);
    for (const module of oracle.modules) checkModule(outputs[module.name]!, module);
  });
});
