// Weights from PyTorch's order into the order of reduction, once, when a model is loaded.

import { roundUp } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import { geometry } from './geometry.ts';
import source from './pack_weights.wgsl';
import putBuffer from './put_buffer.wgsl';
import putTexture from './put_texture.wgsl';

/** How a sum over taps and channels is walked through. */
export interface Reduction {
  /** Taps down, and across; where pixels are read as a run, one across. */
  readonly rows: number;
  readonly columns: number;
  /** Floats of one tap, those past its channels included. */
  readonly run: number;
  /** Floats of one pixel within a run, and pixels of a run. */
  readonly pixel: number;
  readonly span: number;
}

/** Each tap's channels, padded to `written`. */
export function byTaps(call: Call<Conv2dAttributes>, written: number): Reduction {
  const { kernelH, kernelW } = geometry(call);
  return { rows: kernelH, columns: kernelW, run: written, pixel: written, span: 1 };
}

/** Each row of the kernel as one run of tight pixels, padded to `lanes`. */
export function byRuns(call: Call<Conv2dAttributes>, lanes: number): Reduction {
  const { channels, kernelH, kernelW } = geometry(call);
  return { rows: kernelH, columns: 1, run: roundUp(kernelW * channels, lanes), pixel: channels, span: kernelW };
}

export function reductionRows({ rows, columns, run }: Reduction): number {
  return rows * columns * run;
}

/** Width and height in texels; the height is a multiple of `lanes`, so that no step of a loop is torn apart. */
export function weightTexture(filters: number, rows: number, lanes: number, side: number): [number, number] {
  const height = Math.min(rows, Math.floor(side / lanes) * lanes);
  return [Math.ceil(filters / 4) * Math.ceil(rows / height), height];
}

/** Weights as a texture of the size that `weightTexture` gives. */
export function packTexture(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  order: Reduction,
  lanes: number,
): BufferRef {
  const { filters } = geometry(call);
  const rows = reductionRows(order);
  const [width, height] = weightTexture(filters, rows, lanes, call.facts.limits.maxTextureDimension2D);
  const packed = emitter.scratch('weights', { kind: 'texture', width, height });
  pack(call, emitter, order, packed, { quads: Math.ceil(filters / 4), height, put: putTexture });
  return packed;
}

/** Weights as a buffer of rows of filters, padded to a multiple of `panel`. */
export function packBuffer(call: Call<Conv2dAttributes>, emitter: Emitter, order: Reduction, panel: number): BufferRef {
  const filters = roundUp(geometry(call).filters, panel);
  const elements = filters * reductionRows(order);
  const packed = emitter.scratch('weights', { kind: 'packed', elements, elementsPerImage: 0 });
  pack(call, emitter, order, packed, { quads: filters / 4, height: 0, put: putBuffer });
  return packed;
}

function pack(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  order: Reduction,
  packed: BufferRef,
  { quads, height, put }: { quads: number; height: number; put: string },
): void {
  const { filters, perGroup } = geometry(call);
  const count = quads * reductionRows(order);
  emitter.step({
    kernel: defineKernel('pack_weights', [source, put, linearIndex]),
    bind: { w: emitter.input('w'), packed },
    uniforms: () => ({
      count,
      quads,
      filters,
      channels: perGroup,
      taps: order.rows * order.columns,
      run: order.run,
      pixel: order.pixel,
      span: order.span,
      height,
    }),
    grid: () => linearGrid(count, 64),
  });
}
