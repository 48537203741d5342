// Weights packed into a texture, or into a buffer alike: what kernels by broadcasts read on drivers that run on a CPU.

import { roundUp, type TextureLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Call, Emitter } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { geometry } from './geometry.ts';
import { ENDLESS, pack, type Reduction, reductionRows } from './pack_weights.ts';
import putBuffer from './put_buffer.wgsl';
import putTexture from './put_texture.wgsl';

/** Each row of the kernel as one run of pixels that lie behind each other, padded to a multiple of `lanes`. */
export function byRuns(call: Call<Conv2dAttributes>, pixel: number, lanes: number): Reduction {
  const { kernelH, kernelW } = geometry(call);
  return { rows: kernelH, columns: 1, run: roundUp(kernelW * pixel, lanes), pixel, span: kernelW };
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
  const layout = weightTexture(call, groups * panelsOf(call, lanes), reductionRows(order), lanes);
  if (!layout) throw new TypeError(`the weights of ${call.value.name} do not fit into a texture`);
  const packed = emitter.scratch('weights', layout);
  packAs(call, emitter, order, packed, lanes, layout.width, putTexture);
  return packed;
}

/** The same as a buffer, of `least` numbers if not of more. */
export function packPanels(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  order: Reduction,
  lanes: number,
  least: number,
): BufferRef {
  const elements = Math.max(least, panelElements(call, reductionRows(order), lanes));
  const packed = emitter.scratch('weights', { kind: 'packed', elements, elementsPerImage: 0 });
  packAs(call, emitter, order, packed, lanes, ENDLESS, putBuffer);
  return packed;
}

/** Numbers of a buffer of all panels. */
export function panelElements(call: Call<Conv2dAttributes>, rows: number, lanes: number): number {
  return 4 * call.attributes.groups * panelsOf(call, lanes) * rows * lanes;
}

function packAs(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  order: Reduction,
  packed: BufferRef,
  lanes: number,
  width: number,
  put: string,
): void {
  const { groups } = call.attributes;
  const group = geometry(call).filters / groups;
  pack(call, emitter, order, packed, { groups, group, panels: panelsOf(call, lanes), lanes, width }, put);
}
