// The dispatch of depthwise kernels whose lanes are channels.

import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry, tapSteps, underOutput } from '../conv2d/geometry.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import weight from '../shared/weight.wgsl';
import pixelsText from './depthwise_pixels.wgsl';

// A warp's worth of channels on a GPU; on a CPU, as many as it computes at once.
const GPU_LANES = 32;

interface Depthwise {
  readonly name: string;
  readonly source: string;
  /** Those beside DOWN and ACROSS. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Those beside LANES. */
  readonly overrides?: Readonly<Record<string, number>>;
  /** Those beside the images', the steps from tap to tap, and the epilogue's. */
  readonly uniforms?: Readonly<Record<string, number>>;
  /** Pixels of an invocation: rows, and columns. */
  readonly down: number;
  readonly across: number;
}

export function emitDepthwise(
  call: Call<Conv2dAttributes>,
  emitter: Emitter,
  { name, source, constants = {}, overrides = {}, uniforms = {}, down, across }: Depthwise,
): void {
  const { outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const y = image(emitter.output);
  const lanes = call.facts.fallback ? call.block : GPU_LANES;
  const epilogue = epilogueOf(call, emitter, 'channel');
  emitter.step({
    kernel: defineKernel(name, [source, pixelsText, weight, imageText, ...epilogue.sources], {
      constants: { DOWN: down, ACROSS: across, ...constants },
      overrides: { LANES: lanes, ...overrides },
    }),
    bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
    uniforms: () => ({
      ...imageUniforms('x', underOutput(call, image(x))),
      ...imageUniforms('y', y),
      ...tapSteps(call, image(x)),
      ...uniforms,
      ...epilogue.uniforms,
    }),
    grid: (n) => [Math.ceil(y.written / lanes), Math.ceil(outW / across), Math.ceil(outH / down) * n],
    flops: (n) => 2 * macs * n,
  });
}
