// The dispatch of conv2d_narrow.wgsl on filters [C,K,R,S] that are not transposed: their inputs are gone through as outputs, and the
// taps from the last one back.

import type { Call, Emitter } from '../op.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { emitNarrow } from './conv2d_narrow_emit.ts';
import { geometry } from './geometry.ts';

// In the arithmetic of u32.
const MINUS_ONE = 2 ** 32 - 1;

/** `call` is that of the transposed filters, `emitter` gives the others. */
export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { filters, kernelH, kernelW } = geometry(call);
  const taps = kernelH * kernelW;
  emitNarrow(call, emitter, { w_filter: taps, w_channel: filters * taps, w_first: taps - 1, w_tap: MINUS_ONE });
}
