// Average pooling to a given size, global pooling among it.

import * as z from 'zod/mini';
import { atBatch } from '../../runtime/graph/value.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import { activation, type Call, type Candidate, defineOp } from '../op.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import source from './adaptive_avg_pool2d.wgsl';
import wideSource from './adaptive_avg_pool2d_wide.wgsl';

const size = z.int().check(z.positive());
const attributes = z.object({
  /** Height and width of the result. */
  outputSize: z.tuple([size, size]),
});
export type AdaptiveAvgPool2dAttributes = z.infer<typeof attributes>;

// From this many pixels a window, one invocation alone is the slower way on a GPU.
const WIDE_AREA = 256;

function uniforms(x: BufferRef, output: BufferRef): Record<string, number> {
  const { written, channels, height, width } = image(output);
  return {
    quads: written / 4,
    channels,
    height: image(x).height,
    width: image(x).width,
    out_h: height,
    out_w: width,
    ...strideUniforms('x', x),
    ...strideUniforms('y', output),
  };
}

const plain: Candidate<AdaptiveAvgPool2dAttributes> = {
  name: 'adaptive_avg_pool2d',
  suits: () => 1,
  emit(_, emitter) {
    const x = emitter.input('x');
    const { written, height, width } = image(emitter.output);
    const perImage = (written / 4) * height * width;
    emitter.step({
      kernel: defineKernel('adaptive_avg_pool2d', [source, linearIndex]),
      bind: { x, y: emitter.output },
      uniforms: (n) => ({ count: perImage * n, ...uniforms(x, emitter.output) }),
      grid: (n) => linearGrid(perImage * n, 64),
    });
  },
};

const wide: Candidate<AdaptiveAvgPool2dAttributes> = {
  name: 'adaptive_avg_pool2d_wide',
  suits: (call) => (!call.facts.fallback && windowArea(call) >= WIDE_AREA ? 2 : 0.5),
  emit(_, emitter) {
    const x = emitter.input('x');
    const { written, height, width } = image(emitter.output);
    emitter.step({
      kernel: defineKernel('adaptive_avg_pool2d_wide', [wideSource]),
      bind: { x, y: emitter.output },
      uniforms: () => uniforms(x, emitter.output),
      grid: (n) => [Math.ceil(written / 32), height * width, n],
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
