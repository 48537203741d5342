// What mixed precision saves, by plans alone; and how the loss scale moves.

import { expect, it } from 'vitest';
import { compileTraining } from '../../src/runtime/compile/training.ts';
import { planProgram } from '../../src/runtime/plan/plan.ts';
import { FIRST_SCALE, held, type LossScale, overflowed } from '../../src/training/loss_scale.ts';
import { crossEntropy } from '../../src/training/losses.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { stepGraph } from '../../src/training/step_graph.ts';
import { discrete, lavapipe } from '../support/facts.ts';
import { buildModel } from '../support/models.ts';

it.each([
  ['a GPU', discrete],
  ['lavapipe', lavapipe],
] as const)('takes much less memory for a step of resnet50 at batch 8 on %s', (_adapter, facts) => {
  const { graph } = stepGraph(buildModel('resnet50'), {
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.1, momentum: 0.9 }),
    dropout: true,
    accumulate: 1,
    average: false,
    soft: false,
    frozen: new Set(),
    facts,
    keep: 'all',
  });
  const plan = (precision: 'f32' | 'f16') => planProgram(compileTraining(graph, facts, precision), facts, { batch: 8 });
  const [single, half] = [plan('f32'), plan('f16')];
  const arenas = ({ arenas }: typeof single) => arenas.reduce((sum, bytes) => sum + bytes, 0);
  // Of what lives within a step, the gradients of the weights stay as they are, 98 MiB.
  expect(arenas(half) / arenas(single)).toBeLessThan(0.6);
  expect(half.peakBytes).toBeLessThan(single.peakBytes - 300 * 2 ** 20);
});

it('scales by half as much after an overflow, and by twice as much when two thousand updates went well', () => {
  expect(overflowed(FIRST_SCALE)).toEqual({ value: 2 ** 15, held: 0 });
  expect(overflowed({ value: 1, held: 3 })).toBeNull();
  expect(overflowed(null)).toBeNull();
  expect(held(null)).toBeNull();
  let scale: LossScale | null = FIRST_SCALE;
  for (let i = 0; i < 1999; i++) scale = held(scale);
  expect(scale).toEqual({ value: 2 ** 16, held: 1999 });
  expect(held(scale)).toEqual({ value: 2 ** 17, held: 0 });
});
