// What is said of a layer's kernels: their rates, and their share of what this adapter can do.

import { table } from '../../registry/table.ts';
import type { Roof } from '../../runtime/device/roof/roof.ts';
import type { KernelTime } from './kernel_times.ts';
import { costOf, roofMs } from './layer_cost.ts';
import type { Layer } from './layers.ts';
import { percent, three } from './roof_table.ts';
import type { LayerResult } from './schema.ts';

export function layerResult(layer: Layer, times: readonly KernelTime[], roof: Roof): LayerResult {
  const cost = costOf(layer);
  const allowed = roofMs(cost, roof);
  const plainMs = times[0]?.medianMs ?? 0;
  return {
    layer: layer.title,
    batch: layer.batch,
    ...cost,
    roofMs: allowed,
    kernels: times.map((time) => {
      const over = (amount: number) => (time.medianMs > 0 ? amount / time.medianMs : 0);
      return {
        ...time,
        gflops: over(cost.flops) / 1e6,
        gbytes: over(cost.bytes) / 1e6,
        roofShare: over(allowed),
        speedup: over(plainMs),
      };
    }),
  };
}

/** A row for every kernel; `*` marks the one that convoke chooses. */
export function kernelTable(layers: readonly LayerResult[]): string {
  const head = ['layer', 'kernel', 'dispatches', 'ms', 'best', 'CPU ms', 'GFLOP/s', 'GB/s', 'of roof', 'x plain'];
  const cells = layers.flatMap(({ layer, kernels }) =>
    kernels.map((time, i) => [
      i === 0 ? layer : '',
      `${time.kernel}${time.chosen ? ' *' : ''}`,
      `${time.dispatches}`,
      ...(time.wrong
        ? ['WRONG']
        : [
            time.medianMs.toFixed(3),
            time.bestMs.toFixed(3),
            time.cpuMs.toFixed(3),
            three(time.gflops),
            three(time.gbytes),
            percent(time.roofShare),
            three(time.speedup),
          ]),
    ]),
  );
  return table(head, cells, 'llrrrrrrrr');
}
