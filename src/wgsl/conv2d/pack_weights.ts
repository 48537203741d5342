// Weights from PyTorch's order into the order of reduction, once, when a model is loaded.

import { roundUp, type TextureLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Call, Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
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

// Texels of a texture's row: a few kilobytes, so that what a panel reads next is next to what it read.
const TEXTURE_WIDTH = 2048;

/**
 * A texture for `panels` panels of `rows` rows of `lanes` texels, one behind the other; its width is a multiple of what a kernel
 * reads at a step. Null where the adapter's textures are too small.
 */
export function weightTexture(
  call: Pick<Call, 'facts'>,
  panels: number,
  rows: number,
  lanes: number,
): TextureLayout | null {
  const side = call.facts.limits.maxTextureDimension2D;
  const step = lanes * lanes;
  const width = Math.floor(Math.min(side, TEXTURE_WIDTH) / step) * step;
  const height = Math.ceil((panels * rows * lanes) / width);
  return width > 0 && height <= side ? { kind: 'texture', width, height } : null;
}

/** Panels of `lanes` vectors of four filters, for each group. */
export function panelsOf(call: Call<Conv2dAttributes>, lanes: number): number {
  return Math.ceil(geometry(call).filters / call.attributes.groups / (4 * lanes));
}

/** Weights as a texture: for each group, for each panel of filters, row after row. */
export function packTexture(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  order: Reduction,
  lanes: number,
): BufferRef {
  const { groups } = call.attributes;
  const { filters } = geometry(call);
  const panels = panelsOf(call, lanes);
  const layout = weightTexture(call, groups * panels, reductionRows(order), lanes);
  if (!layout) throw new TypeError(`the weights of ${call.value.name} do not fit into a texture`);
  const packed = emitter.scratch('weights', layout);
  pack(call, emitter, order, packed, { groups, group: filters / groups, panels, lanes, width: layout.width });
  return packed;
}

/** Weights as a buffer of rows of filters, padded to a multiple of `panel`. */
export function packBuffer(call: Call<Conv2dAttributes>, emitter: Emitter, order: Reduction, panel: number): BufferRef {
  const { filters } = geometry(call);
  const padded = roundUp(filters, panel);
  const elements = padded * reductionRows(order);
  const packed = emitter.scratch('weights', { kind: 'packed', elements, elementsPerImage: 0 });
  pack(call, emitter, order, packed, { groups: 1, group: filters, panels: 1, lanes: padded / 4, width: 0 });
  return packed;
}

interface Panels {
  readonly groups: number;
  /** Filters of a group. */
  readonly group: number;
  /** Panels of a group. */
  readonly panels: number;
  readonly lanes: number;
  /** Of the texture. */
  readonly width: number;
}

function pack(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  order: Reduction,
  packed: BufferRef,
  { groups, group, panels, lanes, width }: Panels,
): void {
  const { filters, perGroup } = geometry(call);
  const count = groups * panels * lanes * reductionRows(order);
  const put = packed.layout.kind === 'texture' ? putTexture : putBuffer;
  const uniforms = {
    filters,
    group,
    panels,
    lanes,
    channels: perGroup,
    taps: order.rows * order.columns,
    run: order.run,
    pixel: order.pixel,
    span: order.span,
    width,
  };
  const bind = { w: emitter.input('w'), packed };
  emitter.step(each({ name: 'pack_weights', sources: [source, put], bind, uniforms }, () => count));
}
