// Whole models in half precision against torch's logits in single precision.

import { expect, it } from 'vitest';
import { compileHalf } from '../../src/runtime/compile/half.ts';
import { type Filled, runModel } from '../support/run_model.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface Forward extends Filled {
  readonly logits: readonly number[][];
}

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

it.for(files)('%s', async (file, context) => {
  const oracle = await sharedJson<Forward>(`oracle/data/forward/${file}.json`);
  if (!oracle) return context.skip(SHARED_MISSING);
  const { logits } = await runModel(oracle, [], compileHalf);
  const expected = oracle.logits.flat();
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  const norm = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0) / expected.length);
  const worst = expected.reduce((most, logit, i) => Math.max(most, Math.abs(logit - logits![i]!)), 0);
  const rms = Math.sqrt(expected.reduce((sum, v, i) => sum + (v - logits![i]!) ** 2, 0) / expected.length);
  console.log(
    file,
    'worst/largest',
    (worst / largest).toExponential(2),
    'rms/rms',
    (rms / norm).toExponential(2),
    'in 2^-11',
    ((rms / norm) * 2048).toFixed(2),
  );
  expect(worst).toBeLessThan(largest);
});
