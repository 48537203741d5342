// The gradient of a convolution's filters with no help from neighbours: for narrow groups and few filters, and without subgroups.

import type { Candidate } from '../op.ts';
import { inChunks } from '../reduce/sum_chunks.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import source from './conv2d_weight_gradient_grouped.wgsl';
import { tapSteps, underOutput } from './geometry.ts';
import { speed } from './speed.ts';
import walkText from './walk_pixels.wgsl';
import { weightGeometry, xNeeds } from './weight_geometry.ts';
import offsetText from './weight_offset.wgsl';

// Filters, and weights of each, that an invocation takes.
const FILTERS = 4;
const WEIGHTS = 4;
// Invocations that keep an adapter busy.
const ENOUGH_FOR_CPU = 2048;
const ENOUGH_FOR_GPU = 65536;
const MOST_CHUNKS = 256;

export const conv2dWeightGradientGrouped: Candidate<Conv2dWeightGradientAttributes> = {
  name: 'conv2d_weight_gradient_grouped',
  suits: (call) => speed(call.facts, 'grouped'),
  needs: xNeeds,
  emit(call, emitter) {
    const { groups } = call.attributes;
    const { group, size, perGroup, kernelH, kernelW, outH, outW, weights, macs } = weightGeometry(call);
    const [x, dy] = [emitter.input('x'), emitter.input('dy')];
    const panels = Math.ceil(group / FILTERS);
    const tiles = Math.ceil(size / WEIGHTS);
    const enough = call.facts.fallback ? ENOUGH_FOR_CPU : ENOUGH_FOR_GPU;
    const chunks = Math.min(MOST_CHUNKS, Math.ceil(enough / (groups * panels * tiles)), outH * outW);
    inChunks(emitter, weights, chunks, (dw) => {
      const framed = {
        name: 'conv2d_weight_gradient_grouped',
        sources: [source, offsetText, walkText],
        bind: { x, dy, dw },
        parts: { x: underOutput(call, image(x)) },
        uniforms: {
          ...tapSteps(call, image(x)),
          panels,
          tiles,
          groups,
          weights: size,
          channels: perGroup,
          columns: kernelW,
          taps: kernelH * kernelW,
          group,
        },
        flops: (n: number) => 2 * macs * n,
      };
      const step = each(framed, () => groups * panels * tiles * chunks);
      return {
        ...step,
        uniforms: (n) => {
          const pixels = n * outH * outW;
          return { ...step.uniforms(n), pixels, chunk: Math.ceil(pixels / chunks) };
        },
      };
    });
  },
};
