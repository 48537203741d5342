// Convolution as a tiled matrix product in workgroup memory: what feeds the arithmetic of a real GPU. Asks for no halo.

import { defineKernel } from '../kernel.ts';
import type { Candidate } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_tile.wgsl';
import { geometry, tapUniforms } from './geometry.ts';
import { byTaps, packBuffer, reductionRows } from './pack_weights.ts';
import { ranked } from './speed.ts';

const TILE = 64;

export const conv2dTile: Candidate<Conv2dAttributes> = {
  name: 'conv2d_tile',
  suits(call) {
    const { limits } = call.facts;
    if (call.attributes.groups > 1 || limits.maxComputeInvocationsPerWorkgroup < TILE) return 0;
    return ranked(call, 'tile', 1);
  },
  emit(call, emitter) {
    const { filters, outH, outW, macs } = geometry(call);
    const x = emitter.input('x');
    const order = byTaps(call, image(x).written);
    const epilogue = epilogueOf(call, emitter);
    const panels = Math.ceil(filters / TILE);
    emitter.step({
      kernel: defineKernel('conv2d_tile', [source, imageText, ...epilogue.sources]),
      bind: { x, w: packBuffer(call, emitter, order, TILE), y: emitter.output, ...epilogue.bind },
      uniforms: (n) => ({
        ...imageUniforms('x', image(x)),
        ...imageUniforms('y', image(emitter.output)),
        pixels: outH * outW * n,
        w_quads: (panels * TILE) / 4,
        products: reductionRows(order),
        columns: order.columns,
        channels: order.run,
        ...tapUniforms(call),
        ...epilogue.uniforms,
      }),
      grid: (n) => [Math.ceil((outH * outW * n) / TILE), panels, 1],
      flops: (n) => 2 * macs * n,
    });
  },
};
