// Depthwise convolution, one filter a channel: any kernel size, stride and dilation. Networks without one never download it.

import type { ImageNeeds } from '../../runtime/plan/layout.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import type { Call, Emitter } from '../op.ts';
import source from './depthwise.wgsl';
import { emitDepthwise } from './depthwise_emit.ts';

const PIXELS = 8;

export function suits(call: Call<Conv2dAttributes>): number {
  const { channels, filters, perGroup } = geometry(call);
  return perGroup === 1 && filters === channels && channels > 1 ? speed(call.facts, 'depthwise') : 0;
}

export function needs({ attributes: { padding } }: Call<Conv2dAttributes>): { readonly x: Partial<ImageNeeds> } {
  const [top, left, bottom, right] = padding;
  return { x: { halo: { top, left, bottom, right } } };
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { kernelH, kernelW } = geometry(call);
  emitDepthwise(call, emitter, {
    name: 'depthwise',
    source,
    overrides: { SLIDE: slide(call) },
    uniforms: { rows: kernelH, columns: kernelW },
    down: 1,
    across: PIXELS,
  });
}

function slide({ attributes: { stride, dilation } }: Call<Conv2dAttributes>): number {
  if (dilation[1] === 1 && stride[1] <= 2) return stride[1];
  return stride[1] === dilation[1] ? 1 : 0;
}
