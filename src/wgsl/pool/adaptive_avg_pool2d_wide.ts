// Average pooling of wide windows, each by many invocations: for GPUs.

import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import { type AdaptiveAvgPool2dAttributes, wantsWide } from './adaptive_avg_pool2d.ts';
import source from './adaptive_avg_pool2d_wide.wgsl';
import window from './adaptive_window.wgsl';

export function suits({ facts, value }: Call<AdaptiveAvgPool2dAttributes>): number {
  return wantsWide(facts, value) ? 2 : 0.5;
}

export function emit(_: Call<AdaptiveAvgPool2dAttributes>, emitter: Emitter): void {
  const x = emitter.input('x');
  const y = image(emitter.output);
  emitter.step({
    kernel: defineKernel('adaptive_avg_pool2d_wide', [source, window, imageText]),
    bind: { x, y: emitter.output },
    uniforms: () => ({ ...imageUniforms('x', image(x)), ...imageUniforms('y', y) }),
    grid: (n) => [Math.ceil(y.written / 32), y.height * y.width, n],
  });
}
