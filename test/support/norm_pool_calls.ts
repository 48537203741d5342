// Calls of what norms and poolings are trained with: every kernel of their gradients.

import { input } from '../../src/runtime/graph/scope.ts';
import type { Shape, Value } from '../../src/runtime/graph/value.ts';
import { batchNorm } from '../../src/wgsl/batch_norm/batch_norm.ts';
import { batchNormTrain } from '../../src/wgsl/batch_norm/batch_norm_train.ts';
import { batchStatistics } from '../../src/wgsl/batch_norm/batch_statistics.ts';
import { runningStatistics } from '../../src/wgsl/batch_norm/running_statistics.ts';
import { layerNorm } from '../../src/wgsl/layer_norm/layer_norm.ts';
import { layerNormMoments } from '../../src/wgsl/layer_norm/layer_norm_moments.ts';
import { localResponseNorm } from '../../src/wgsl/lrn/local_response_norm.ts';
import { adaptiveAvgPool2d } from '../../src/wgsl/pool/adaptive_avg_pool2d.ts';
import { avgPool2d } from '../../src/wgsl/pool/avg_pool2d.ts';
import { maxPool2d } from '../../src/wgsl/pool/max_pool2d.ts';
import { ruleOf } from './gradient.ts';

const parameter = (name: string, shape: Shape): Value => ({
  kind: 'parameter',
  name,
  shape,
  inputs: {},
  attributes: {},
});

export function normAndPoolCalls(): Value[] {
  const x = input('x', ['n', 24, 9, 7]);
  const own = Object.fromEntries(['weight', 'bias'].map((name) => [name, parameter(name, [24])]));
  const running = Object.fromEntries(['running_mean', 'running_var'].map((name) => [name, parameter(name, [24])]));
  const statistics = batchStatistics.of({ x }, {}, 'statistics');
  const train = batchNormTrain.of({ x, statistics, ...own }, {}, 'bn');
  const residual = input('residual', x.shape);
  return [
    statistics,
    train,
    batchNormTrain.of({ x, statistics, ...own, residual }, { activation: 'relu' }, 'bn'),
    runningStatistics.of({ statistics, ...running }, { area: 63 }, 'running'),
    ...gradientsOf(train, ['x', 'weight']),
    layerNormMoments.of({ x }, { eps: 1e-5 }, 'moments'),
    ...gradientsOf(layerNorm.of({ x, ...own }, {}, 'ln'), ['x', 'weight']),
    ...gradientsOf(localResponseNorm.of({ x }, { size: 5 }, 'lrn'), ['x']),
    ...([2, 3, 16] as const).flatMap((kernel) => {
      const pooled = maxPool2d.of(
        { x: input('x', ['n', 24, 20, 20]) },
        { kernel: [kernel, kernel], stride: [2, 2] },
        'pool',
      );
      return gradientsOf(pooled, ['x']);
    }),
    ...gradientsOf(avgPool2d.of({ x }, { kernel: [2, 2] }, 'pool'), ['x']),
    ...gradientsOf(adaptiveAvgPool2d.of({ x }, { outputSize: [2, 3] }, 'pool'), ['x']),
    ...gradientsOf(batchNorm.of({ x, ...own, ...running }, {}, 'bn'), ['x', 'weight']),
  ];
}

function gradientsOf(value: Value, wanted: readonly string[]): Value[] {
  const made = ruleOf(value, [...wanted]);
  return wanted.flatMap((key) => made[key] ?? []);
}
