// Whole models in half precision against torch's logits in single precision.

import { expect, it } from 'vitest';
import { compileHalf } from '../../src/runtime/compile/half.ts';
import { worst } from '../support/operators.ts';
import { type Filled, runModel } from '../support/run_model.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface Forward extends Filled {
  readonly err32: { readonly logits: number };
  readonly logits: readonly number[][];
}

/** A number is stored within 2^-11 of itself, and not within 2^-24: what that does to the logits grows alike, to first order. */
const COARSER = 2 ** 13;

/** Relative to the largest logit: the tolerance of single precision (forward.gpu.test.ts), for roundings that are coarser. */
const tolerance = (err32: number) => COARSER * Math.max(10 * err32, 1e-6);

const files = [
  'lenet5-28',
  'resnet18-64',
  'resnet50-64',
  'resnext50_32x4d-64',
  'mobilenet_v2-64',
  'mobilenet_v3_large-64',
  'shufflenet_v2_x1_0-64',
  'mnasnet0_5-64',
  'squeezenet1_1-64',
  'alexnet-64',
  'efficientnet_b0-64',
  'regnet_x_400mf-64',
  'convnext_tiny-64',
  'googlenet-64',
  'inception_v3-96',
  'densenet121-64',
];

it.for(files)('logits of %s', async (file, context) => {
  const oracle = await sharedJson<Forward>(`oracle/data/forward/${file}.json`);
  if (!oracle) return context.skip(SHARED_MISSING);
  const { logits } = await runModel(oracle, [], compileHalf);
  const expected = oracle.logits.flat();
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  const bound = tolerance(oracle.err32.logits) * largest;
  expect(worst(logits!, expected, new Float64Array(expected.length).fill(bound))).toBeNull();
});
