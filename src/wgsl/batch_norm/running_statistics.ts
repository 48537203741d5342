// The running statistics of a batch norm after a batch, as torch keeps them: changed in place.

import * as z from 'zod/mini';
import { elementCount, formatShape } from '../../runtime/graph/value.ts';
import { positive } from '../../runtime/whole_number.ts';
import { type Candidate, defineOp } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './running_statistics.wgsl';

const attributes = z.object({
  /** What the batch counts in the running statistics. */
  momentum: z._default(z.number().check(z.gte(0), z.lte(1)), 0.1),
  /** Pixels of an image. */
  area: positive,
});
type RunningStatisticsAttributes = z.infer<typeof attributes>;

const plain: Candidate<RunningStatisticsAttributes> = {
  name: 'running_statistics',
  suits: () => 1,
  emit({ value, attributes: { momentum, area } }, emitter) {
    const bind = {
      statistics: emitter.input('statistics'),
      running_mean: emitter.input('running_mean'),
      running_var: emitter.input('running_var'),
    };
    const step = each({ name: 'running_statistics', sources: [source], bind }, () => elementCount(value.shape));
    emitter.step({
      ...step,
      uniforms: (n) => {
        const pixels = area * n;
        const correction = pixels > 1 ? pixels / (pixels - 1) : 0;
        return { ...step.uniforms(n), momentum, keep: 1 - momentum, correction };
      },
    });
  },
};

/**
 * running_mean and running_var [C], statistics [2, C] of a batch -> running_mean. A channel keeps its old ones where new ones would
 * not be finite, and all channels do where the batch is one pixel: torch refuses that.
 */
export const runningStatistics = defineOp({
  name: 'running_statistics',
  attributes,
  inputs: ['running_mean', 'running_var', 'statistics'],
  writes: ['running_mean', 'running_var'],
  shape({ running_mean, running_var, statistics }, _, fail) {
    const shape = running_mean?.shape ?? [];
    const [is, was] = [formatShape(running_var?.shape ?? []), formatShape(shape)];
    if (shape.length !== 1 || is !== was)
      throw fail(`running_mean and running_var must be [C] and are ${was} and ${is}`);
    const rows = formatShape(statistics?.shape ?? []);
    if (rows !== formatShape([2, ...shape])) throw fail(`statistics must be [2,${shape}] and is ${rows}`);
    return shape;
  },
  kernels: [plain],
});
