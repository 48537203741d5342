// Depthwise convolution by 3x3 filters: the fastest on drivers for CPUs that neither unroll loops nor hold arrays in registers.

import { broadcastLanes } from '../conv2d/broadcast_lanes.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import type { Call, Emitter } from '../op.ts';
import { needs } from './depthwise.ts';
import source from './depthwise_3x3.wgsl';
import { emitDepthwise } from './depthwise_emit.ts';

const ACROSS = 4;
const DOWN = 14;
// Over depthwise.wgsl, as measured on SwiftShader.
const ADVANTAGE = 2.4;

export { needs };

export function suits(call: Call<Conv2dAttributes>): number {
  const { channels, filters, perGroup, kernelH, kernelW } = geometry(call);
  const { stride, dilation } = call.attributes;
  if (broadcastLanes(call) !== 4 || perGroup > 1 || filters !== channels || channels === 1) return 0;
  if (kernelH !== 3 || kernelW !== 3 || Math.max(...dilation) > 1) return 0;
  if (stride[0] !== stride[1] || stride[0] > 2) return 0;
  return ADVANTAGE * speed(call.facts, 'depthwise');
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const constants = { STRIDE: call.attributes.stride[0] };
  emitDepthwise(call, emitter, { name: 'depthwise_3x3', source, constants, down: DOWN, across: ACROSS });
}
