// A model's graph as it is while training: batch norms take the batch's statistics and keep running ones, dropout drops.

import { batchNormTrain } from '../../wgsl/batch_norm/batch_norm_train.ts';
import { batchStatistics } from '../../wgsl/batch_norm/batch_statistics.ts';
import { runningStatistics } from '../../wgsl/batch_norm/running_statistics.ts';
import { dropoutTrain } from '../../wgsl/dropout/dropout_train.ts';
import { stochasticDepthTrain } from '../../wgsl/stochastic_depth/stochastic_depth_train.ts';
import { type Graph, graphOf, rewrite } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import { imageSize } from '../plan/layout.ts';

export interface TrainMode {
  /** Four words in rows: seed, step (low, high), nothing. */
  readonly random: Value;
  /** Whether dropout and stochastic depth drop anything. */
  readonly dropout: boolean;
  /** Parameters that do not learn: a batch norm whose weight is one of them keeps its statistics too. */
  frozen(parameter: Value): boolean;
}

export function trainMode(graph: Graph, { random, dropout, frozen }: TrainMode): Graph {
  const effects: Value[] = [];
  let drops = 0;
  const dropped = (value: Value, operator: typeof dropoutTrain | typeof stochasticDepthTrain) => {
    const { x } = value.inputs;
    // Each layer draws from a stream of its own.
    const key = drops++;
    const p = Number(value.attributes.p);
    return dropout && p > 0 ? operator.of({ x, random }, { p, key }, value.name) : x;
  };
  const rewritten = rewrite(graph, (value) => {
    switch (value.operator?.name) {
      case 'batch_norm': {
        const { weight } = value.inputs;
        if (!weight || frozen(weight)) return undefined;
        const { train, running } = normed(value);
        effects.push(running);
        return train;
      }
      case 'dropout':
        return dropped(value, dropoutTrain);
      case 'stochastic_depth':
        return dropped(value, stochasticDepthTrain);
      default:
        return undefined;
    }
  });
  return graphOf(rewritten.outputs, [...rewritten.effects, ...effects]);
}

function normed({ name, inputs, attributes }: Value): { train: Value; running: Value } {
  const { x, weight, bias, running_mean, running_var } = inputs;
  const { height, width } = imageSize(x?.shape ?? []);
  const statistics = batchStatistics.of({ x }, {}, name);
  return {
    train: batchNormTrain.of({ x, statistics, weight, bias }, { eps: Number(attributes.eps) }, name),
    running: runningStatistics.of(
      { running_mean, running_var, statistics },
      { momentum: Number(attributes.momentum), area: height * width },
      name,
    ),
  };
}
