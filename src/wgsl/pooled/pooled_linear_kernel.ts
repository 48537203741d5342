// The kernel of a linear layer that averages what it reads: for GPUs, where it saves a dispatch.

import { roundUp } from '../../runtime/plan/layout.ts';
import type { Epilogue } from '../activation/epilogue.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Candidate, Emitter } from '../op.ts';
import { optionalEpilogue } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import weight from '../shared/weight.wgsl';
import source from './pooled_linear.wgsl';

// Of a workgroup.
const FILTERS = 32;
// Their means and the workgroup's sums fit into the 16 KiB of workgroup memory that every adapter has.
const MOST_CHANNELS = 2048;
// Each workgroup averages all channels anew: with this many pixels that is twice what it reads of weights.
const MOST_PIXELS = 64;

export const pooledLinearKernel: Candidate<Epilogue> = { name: 'pooled_linear', suits, emit };

function suits({ inputs: { x }, block }: Call<Epilogue>): number {
  const [, channels = 0, height = 0, width = 0] = (x?.shape ?? []).map(Number);
  return roundUp(channels, block) <= MOST_CHANNELS && height * width <= MOST_PIXELS ? 1 : 0;
}

function emit(call: Call<Epilogue>, emitter: Emitter): void {
  const x = emitter.input('x');
  const y = image(emitter.output);
  const epilogue = optionalEpilogue(call, emitter, x);
  emitter.step({
    kernel: defineKernel('pooled_linear', [source, weight, imageText, ...epilogue.sources], {
      constants: { MOST_QUADS: MOST_CHANNELS / 4 },
    }),
    bind: { x, w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
    uniforms: () => ({ ...imageUniforms('x', image(x)), ...imageUniforms('y', y), ...epilogue.uniforms }),
    grid: (n) => [Math.ceil(y.written / FILTERS), n, 1],
    flops: (n) => 2 * n * (call.value.operator?.macs(call.value) ?? 0),
  });
}
