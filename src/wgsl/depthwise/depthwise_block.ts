// Depthwise convolution in blocks of pixels of several rows, so that rows of the input that several of them see are loaded once.

import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import type { Way } from '../late.ts';
import type { Call, Emitter } from '../op.ts';
import { needs } from './depthwise.ts';
import source from './depthwise_block.wgsl';
import { emitDepthwise } from './depthwise_emit.ts';

// What is held at once: weights, and what a row of taps sees.
const MOST_TAPS = 49;

/** By their candidates' names: rows and columns of a block. */
export const ways = {
  depthwise_4x4: way(4, 4, { lavapipe: 1.5, swiftShader: 0.4, gpu: 0.7 }),
  depthwise_2x4: way(2, 4, { lavapipe: 1.35, swiftShader: 0.36, gpu: 1.3 }),
} as const;

/**
 * Over depthwise.wgsl, as measured: lavapipe unrolls the loops and holds the arrays in registers, SwiftShader does neither. An NVIDIA H100
 * has too little to do where blocks are large.
 */
interface Advantage {
  readonly lavapipe: number;
  readonly swiftShader: number;
  readonly gpu: number;
}

function way(down: number, across: number, advantage: Advantage): Way<Conv2dAttributes> {
  return {
    suits(call) {
      const { channels, filters, perGroup, kernelH, kernelW } = geometry(call);
      const { dilation } = call.attributes;
      if (perGroup > 1 || filters !== channels || channels === 1 || kernelH * kernelW > MOST_TAPS) return 0;
      return Math.max(...dilation) > 1 ? 0 : advantage[on(call.facts)] * speed(call.facts, 'depthwise');
    },
    needs,
    emit: (call, emitter) => emitBlocks(call, emitter, down, across),
  };
}

function on({ fallback, subgroupSize }: AdapterFacts): keyof Advantage {
  if (!fallback) return 'gpu';
  return subgroupSize === 8 ? 'lavapipe' : 'swiftShader';
}

function emitBlocks(call: Call<Conv2dAttributes>, emitter: Emitter, down: number, across: number): void {
  const { kernelH, kernelW } = geometry(call);
  const { stride } = call.attributes;
  emitDepthwise(call, emitter, {
    name: 'depthwise_block',
    source,
    constants: {
      ROWS: kernelH,
      COLUMNS: kernelW,
      STRIDE_H: stride[0],
      STRIDE_W: stride[1],
    },
    down,
    across,
  });
}
