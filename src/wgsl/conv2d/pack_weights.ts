// Weights from PyTorch's order into the order of reduction, once, when a model is loaded.

import { roundUp } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Call, Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { geometry } from './geometry.ts';
import source from './pack_weights.wgsl';
import putBuffer from './put_buffer.wgsl';

/** Texels of a row that never ends: what a buffer is, beside a texture. */
export const ENDLESS = 2 ** 31;

// Rows of an item.
const ROWS = 16;

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

export function reductionRows({ rows, columns, run }: Reduction): number {
  return rows * columns * run;
}

/** Weights as a buffer of rows of filters, padded to a multiple of `panel`. */
export function packBuffer(call: Call<Conv2dAttributes>, emitter: Emitter, order: Reduction, panel: number): BufferRef {
  const { filters } = geometry(call);
  const padded = roundUp(filters, panel);
  const elements = padded * reductionRows(order);
  const packed = emitter.scratch('weights', { kind: 'packed', elements, elementsPerImage: 0 });
  pack(
    call,
    emitter,
    order,
    packed,
    { groups: 1, group: filters, panels: 1, lanes: padded / 4, width: ENDLESS },
    putBuffer,
  );
  return packed;
}

interface Panels {
  readonly groups: number;
  /** Filters of a group. */
  readonly group: number;
  /** Panels of a group. */
  readonly panels: number;
  readonly lanes: number;
  /** Of the texture, or `ENDLESS`. */
  readonly width: number;
}

/** As `packed` is laid out. */
export function pack(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  order: Reduction,
  packed: BufferRef,
  { groups, group, panels, lanes, width }: Panels,
  put: string,
): void {
  const { perGroup, kernelH, kernelW } = geometry(call);
  const rows = reductionRows(order);
  const chunks = Math.ceil(rows / ROWS);
  const uniforms = {
    group,
    panels,
    lanes,
    channels: perGroup,
    taps: kernelH * kernelW,
    rows,
    chunks,
    run: order.run,
    pixel: order.pixel,
    span: order.span,
    width,
  };
  const framed = { sources: [source, put], constants: { ROWS }, bind: { w: emitter.input('w'), packed }, uniforms };
  emitter.step(each({ name: 'pack_weights', ...framed }, () => groups * panels * lanes * chunks));
}
