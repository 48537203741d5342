// Softmax and its logarithm over the channels.

import * as z from 'zod/mini';
import { atBatch } from '../../runtime/graph/value.ts';
import { defineKernel } from '../kernel.ts';
import { activation, type Candidate, defineOp, type Emitter } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import imageText from '../shared/image.wgsl';
import linearIndex from '../shared/linear_index.wgsl';
import { image, imageUniforms } from '../shared/strides.ts';
import exp from './share_exp.wgsl';
import log from './share_log.wgsl';
import source from './softmax.wgsl';
import wideSource from './softmax_wide.wgsl';

// From this many channels, one invocation a pixel is the slower way on a GPU.
const WIDE_CHANNELS = 128;

function emit(name: string, text: string, share: string, pixelsPerGroup: number, emitter: Emitter): void {
  const x = emitter.input('x');
  const y = image(emitter.output);
  const pixels = y.height * y.width;
  emitter.step({
    kernel: defineKernel(name, [text, share, imageText, linearIndex]),
    bind: { x, y: emitter.output },
    uniforms: (n) => ({ count: pixels * n, ...imageUniforms('x', image(x)), ...imageUniforms('y', y) }),
    grid: (n) => linearGrid(pixels * n, pixelsPerGroup),
  });
}

function kernels(share: string): readonly Candidate[] {
  return [
    { name: 'softmax', suits: () => 1, emit: (_, emitter) => emit('softmax', source, share, 64, emitter) },
    {
      name: 'softmax_wide',
      suits: ({ value, facts }) => (!facts.fallback && atBatch(value.shape[1] ?? 1, 1) >= WIDE_CHANNELS ? 2 : 0.5),
      emit: (_, emitter) => emit('softmax_wide', wideSource, share, 1, emitter),
    },
  ];
}

function define(name: string, share: string) {
  return defineOp({
    name,
    attributes: z.object({}),
    inputs: ['x'],
    shape: (inputs, _, fail) => activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail).shape,
    kernels: kernels(share),
  });
}

/** x [n, C] or [n, C, H, W] -> its shape, over dimension 1. */
export const softmax = define('softmax', exp);
export const logSoftmax = define('log_softmax', log);
