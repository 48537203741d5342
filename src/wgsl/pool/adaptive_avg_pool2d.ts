// Average pooling to a given size, global pooling among it.

import * as z from 'zod/mini';
import type { Value } from '../../runtime/graph/value.ts';
import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import { wholes } from '../attributes.ts';
import { late } from '../late.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './adaptive_avg_pool2d.wgsl';
import window from './adaptive_window.wgsl';
import boxSum from './box_sum.wgsl';

const attributes = z.object({
  /** Height and width of the result. */
  outputSize: wholes(2, 1),
});
export type AdaptiveAvgPool2dAttributes = z.infer<typeof attributes>;

// From this many pixels a window, one invocation alone is the slower way on a GPU: three times, for 7x7 on an NVIDIA H100.
const WIDE_AREA = 49;

const plain: Candidate<AdaptiveAvgPool2dAttributes> = {
  name: 'adaptive_avg_pool2d',
  suits: () => 1,
  emit(_, emitter) {
    const bind = { x: emitter.input('x'), y: emitter.output };
    emitter.step(eachQuad({ name: 'adaptive_avg_pool2d', sources: [source, boxSum, window], bind }));
  },
};

/** x [n, C, H, W] -> [n, C, ...outputSize]. */
export const adaptiveAvgPool2d = defineOp({
  name: 'adaptive_avg_pool2d',
  attributes,
  inputs: ['x'],
  shape: (inputs, { outputSize }, fail) => ['n', activation(inputs, 'x', 4, fail).shape[1] ?? 0, ...outputSize],
  kernels: [plain, late('adaptive_avg_pool2d_wide', wantsWide, () => import('./adaptive_avg_pool2d_wide.ts'))],
});

export function wantsWide({ fallback }: AdapterFacts, { inputs, shape }: Value): boolean {
  const [x, y] = [imageSize(inputs.x?.shape ?? []), imageSize(shape)];
  return !fallback && Math.ceil(x.height / y.height) * Math.ceil(x.width / y.width) >= WIDE_AREA;
}
