// Average pooling to a given size, global pooling among it.

import * as z from 'zod/mini';
import { atBatch } from '../../runtime/graph/value.ts';
import { defineKernel } from '../kernel.ts';
import { activation, type Call, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import source from './adaptive_avg_pool2d.wgsl';
import wideSource from './adaptive_avg_pool2d_wide.wgsl';
import window from './adaptive_window.wgsl';
import boxSum from './box_sum.wgsl';

const size = z.int().check(z.positive());
const attributes = z.object({
  /** Height and width of the result. */
  outputSize: z.tuple([size, size]),
});
export type AdaptiveAvgPool2dAttributes = z.infer<typeof attributes>;

// From this many pixels a window, one invocation alone is the slower way on a GPU.
const WIDE_AREA = 256;

const plain: Candidate<AdaptiveAvgPool2dAttributes> = {
  name: 'adaptive_avg_pool2d',
  suits: () => 1,
  emit(_, emitter) {
    const bind = { x: emitter.input('x'), y: emitter.output };
    emitter.step(eachQuad({ name: 'adaptive_avg_pool2d', sources: [source, boxSum, window], bind }));
  },
};

const wide: Candidate<AdaptiveAvgPool2dAttributes> = {
  name: 'adaptive_avg_pool2d_wide',
  suits: (call) => (!call.facts.fallback && windowArea(call) >= WIDE_AREA ? 2 : 0.5),
  emit(_, emitter) {
    const x = emitter.input('x');
    const y = image(emitter.output);
    emitter.step({
      kernel: defineKernel('adaptive_avg_pool2d_wide', [wideSource, window, imageText]),
      bind: { x, y: emitter.output },
      uniforms: () => ({ ...imageUniforms('x', image(x)), ...imageUniforms('y', y) }),
      grid: (n) => [Math.ceil(y.written / 32), y.height * y.width, n],
    });
  },
};

function windowArea({ inputs, attributes: { outputSize } }: Call<AdaptiveAvgPool2dAttributes>): number {
  const [, , height = 1, width = 1] = (inputs.x?.shape ?? []).map((dim) => atBatch(dim, 1));
  return Math.ceil(height / outputSize[0]) * Math.ceil(width / outputSize[1]);
}

/** x [n, C, H, W] -> [n, C, ...outputSize]. */
export const adaptiveAvgPool2d = defineOp({
  name: 'adaptive_avg_pool2d',
  attributes,
  inputs: ['x'],
  shape: (inputs, { outputSize }, fail) => ['n', activation(inputs, 'x', 4, fail).shape[1] ?? 0, ...outputSize],
  kernels: [plain, wide],
});
