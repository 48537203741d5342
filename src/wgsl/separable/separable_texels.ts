// The kernel of a depthwise separable convolution: conv2d_texels.wgsl, in which a lane that reads a pixel computes it.

import { roundUp } from '../../runtime/plan/layout.ts';
import { activationUniforms } from '../activation/epilogue.ts';
import { broadcastLanes, readsTexels } from '../conv2d/broadcast_lanes.ts';
import { type Conv2dAttributes, conv2dAttributes } from '../conv2d/conv2d.ts';
import { broadcastStep } from '../conv2d/conv2d_broadcast_emit.ts';
import { geometry, tapSteps, underOutput } from '../conv2d/geometry.ts';
import { packTexture, panelsOf, weightTexture } from '../conv2d/pack_texture.ts';
import { byTaps } from '../conv2d/pack_weights.ts';
import { filterTexture, packFilters } from '../depthwise/pack_filters.ts';
import type { Call, Candidate, Emitter } from '../op.ts';
import { image } from '../shared/image.ts';
import { texelBytes } from '../shared/texels.ts';
import source from './separable.wgsl';
import type { SeparableAttributes } from './separable_conv2d.ts';

const tile = { from: 'texels', pixels: 16 } as const;

export const separableTexels: Candidate<SeparableAttributes> = {
  name: 'separable_texels',
  suits,
  needs({ attributes: { padding } }) {
    const [top, left, bottom, right] = padding;
    return { x: { halo: { top, left, bottom, right } } };
  },
  extraBytes: texelBytes,
  emit,
};

function suits(call: Call<SeparableAttributes>): number {
  if (!readsTexels(call)) return 0;
  const [rows, columns] = call.attributes.kernel;
  const pointwise = pointwiseOf(call);
  const lanes = broadcastLanes(call);
  const read = roundUp(geometry(pointwise).channels, call.block);
  const fits = weightTexture(call, panelsOf(pointwise, lanes), read, lanes);
  return fits && filterTexture(call, rows * columns + 1) ? 1 : 0;
}

function emit(call: Call<SeparableAttributes>, emitter: Emitter): void {
  const { kernel, stride, padding, between } = call.attributes;
  const pointwise = pointwiseOf(call);
  const depthwise = { attributes: { ...conv2dAttributes.parse({}), stride, padding } };
  const { outH, outW } = geometry(pointwise);
  const x = emitter.input('x');
  const order = byTaps(pointwise, image(x).written);
  const images = { x: underOutput(depthwise, image(x)), y: image(emitter.output) };
  const { tap_down, tap_across } = tapSteps(depthwise, image(x));
  const { low, high } = activationUniforms({ activation: between, slope: null });
  emitter.step({
    ...broadcastStep(pointwise, emitter, {
      x,
      standIn: x,
      w: packTexture(pointwise, emitter, order, broadcastLanes(call)),
      y: emitter.output,
      order,
      tile,
      before: {
        source,
        constants: { D_ROWS: kernel[0], D_COLUMNS: kernel[1] },
        bind: { d: packFilters(call, emitter, emitter.input('d'), emitter.input('d_bias')) },
        uniforms: {
          d_down: tap_down,
          d_across: tap_across,
          d_low: low,
          d_high: high,
        },
      },
      z: 1,
      pixels: (n) => n * outH * outW,
      images: () => images,
      steps: () => ({ tap_down: 0, tap_across: 0, z_x: 0, z_y: 0, z_filter: 0 }),
    }),
    flops: (n) => 2 * n * (call.value.operator?.macs(call.value) ?? 0),
  });
}

/** The 1x1 convolution. */
function pointwiseOf(call: Call<SeparableAttributes>): Call<Conv2dAttributes> {
  const { activation, slope } = call.attributes;
  return { ...call, attributes: { ...conv2dAttributes.parse({}), activation, slope } };
}
