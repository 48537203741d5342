// What the gradients of max and average pooling share: the windows that hold a pixel are gathered, by pixels or by blocks of them.

import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Call, Emitter } from '../op.ts';
import { image, imageUniforms } from '../shared/image.ts';
import { eachRun, runsAlong } from '../shared/runs.ts';
import blocksText from './gradient_blocks.wgsl';
import pixelsText from './gradient_pixels.wgsl';
import { type WindowAttributes, windowOf, windowUniforms } from './window.ts';

// Along each axis, as gradient_blocks.wgsl has it.
const LARGEST_STRIDE = 2;

type PoolCall = Call<WindowAttributes>;

/** Windows, vertically and horizontally, that a block of as many pixels as the stride lies in. */
export function windowsOfBlock(attributes: WindowAttributes): readonly [number, number] {
  const { kernel, stride } = windowOf(attributes);
  return [Math.ceil(kernel[0] / stride[0]), Math.ceil(kernel[1] / stride[1])];
}

/** Whether `gatherBlocks` can serve the call. */
export function blocksSuit({ attributes }: PoolCall): boolean {
  const { stride, dilation } = windowOf(attributes);
  return Math.max(...stride) <= LARGEST_STRIDE && Math.max(...dilation) === 1;
}

interface Gathered {
  readonly name: string;
  /** Those that give `visit` and `part`. */
  readonly sources: readonly string[];
  readonly bind: Readonly<Record<string, BufferRef>>;
  readonly includePadding?: boolean;
}

/** dx, pixel by pixel, of windows of any kind. */
export function gatherPixels(call: PoolCall, emitter: Emitter, gathered: Gathered): void {
  const { name, sources } = gathered;
  const runs = runsAlong(image(emitter.output), call.facts);
  emitter.step(eachRun({ name, sources: [pixelsText, ...sources], ...bound(call, emitter, gathered) }, runs));
}

/** dx, block by block. */
export function gatherBlocks(call: PoolCall, emitter: Emitter, gathered: Gathered): void {
  const { stride, padding } = windowOf(call.attributes);
  const dx = image(emitter.output);
  const blocks = {
    ...dx,
    height: Math.ceil((dx.height + padding[0]) / stride[0]),
    width: Math.ceil((dx.width + padding[1]) / stride[1]),
  };
  const windows = windowsOfBlock(call.attributes);
  const { bind, uniforms } = bound(call, emitter, gathered);
  emitter.step(
    eachRun(
      {
        name: gathered.name,
        sources: [blocksText, ...gathered.sources],
        constants: { STRIDE_H: stride[0], STRIDE_W: stride[1], WINDOWS_H: windows[0], WINDOWS_W: windows[1] },
        bind,
        uniforms: { ...uniforms, ...imageUniforms('blocks', blocks) },
      },
      runsAlong(blocks, call.facts),
    ),
  );
}

function bound({ attributes }: PoolCall, emitter: Emitter, { bind, includePadding = false }: Gathered) {
  const { dilation, padding } = windowOf(attributes);
  return {
    bind: { dy: emitter.input('dy'), dx: emitter.output, ...bind },
    uniforms: {
      ...(bind.x ? {} : imageUniforms('x', undefined)),
      ...windowUniforms(attributes),
      pad_bottom: padding[2],
      pad_right: padding[3],
      dilation_h: dilation[0],
      dilation_w: dilation[1],
      include_padding: includePadding ? 1 : 0,
    },
  };
}
