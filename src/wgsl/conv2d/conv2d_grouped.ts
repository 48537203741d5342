// Convolution in vectors of four channels with packed weights: for narrow groups, and on a CPU where there are no subgroups.

import { type ImageNeeds, roundUp } from '../../runtime/plan/layout.ts';
import type { Call, Emitter } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import weightQuad from '../shared/weight_quad.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_grouped.wgsl';
import { geometry, tapSteps, underOutput } from './geometry.ts';
import { byTaps, packBuffer } from './pack_weights.ts';
import { ranked } from './speed.ts';

const PIXELS = 4;

// Below the plain kernel's rank: without groups GPUs have tiles.
const NOT_CHOSEN = 0.5;

export function suits(call: Call<Conv2dAttributes>): number {
  const { groups } = call.attributes;
  const { filters, perGroup, outW } = geometry(call);
  if (groups > 1 && (perGroup % 4 || (filters / groups) % 4)) return 0;
  // Of the pixels of an item, and of the channels that x is padded to, those that there are.
  const used = (there: number, all: number) => there / roundUp(there, all);
  const rank = ranked(call, 'grouped', used(outW, PIXELS) * (groups > 1 ? 1 : used(perGroup, call.block)));
  return call.facts.fallback || groups > 1 ? rank : Math.min(rank, NOT_CHOSEN);
}

export function needs({ attributes: { padding } }: Call<Conv2dAttributes>): { readonly x: Partial<ImageNeeds> } {
  const [top, left, bottom, right] = padding;
  return { x: { halo: { top, left, bottom, right } } };
}

export function emit(call: Call<Conv2dAttributes>, emitter: Emitter): void {
  const { groups } = call.attributes;
  const { filters, perGroup, outH, outW, macs } = geometry(call);
  const x = emitter.input('x');
  const { written } = image(emitter.output);
  const order = byTaps(call, groups > 1 ? perGroup : image(x).written);
  const epilogue = epilogueOf(call, emitter);
  const across = Math.ceil(outW / PIXELS);
  const framed = {
    name: 'conv2d_grouped',
    sources: [source, weightQuad, ...epilogue.sources],
    bind: { x, w: packBuffer(call, emitter, order, call.block), y: emitter.output, ...epilogue.bind },
    parts: { x: underOutput(call, image(x)) },
    uniforms: {
      across,
      group: groups > 1 ? filters / groups : written,
      w_quads: Math.ceil(filters / call.block) * (call.block / 4),
      rows: order.rows,
      columns: order.columns,
      run: order.run,
      ...tapSteps(call, image(x)),
      ...epilogue.uniforms,
    },
    flops: (n: number) => 2 * macs * n,
  };
  emitter.step(each(framed, (n) => (written / 4) * across * outH * n));
}
