// Convolution in vectors of four channels with packed weights: for narrow groups, and where there are no subgroups.

import { roundUp } from '../../runtime/plan/layout.ts';
import type { Candidate } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_grouped.wgsl';
import { geometry, tapSteps, underOutput } from './geometry.ts';
import { byTaps, packBuffer } from './pack_weights.ts';
import { ranked } from './speed.ts';

const PIXELS = 4;

export const conv2dGrouped: Candidate<Conv2dAttributes> = {
  name: 'conv2d_grouped',
  suits(call) {
    const { groups } = call.attributes;
    const { filters, perGroup, outW } = geometry(call);
    if (groups > 1 && (perGroup % 4 || (filters / groups) % 4)) return 0;
    // Of the pixels of an item, and of the channels that x is padded to, those that there are.
    const used = (there: number, all: number) => there / roundUp(there, all);
    return ranked(call, 'grouped', used(outW, PIXELS) * (groups > 1 ? 1 : used(perGroup, call.block)));
  },
  needs({ attributes: { padding } }) {
    const [top, left, bottom, right] = padding;
    return { x: { halo: { top, left, bottom, right } } };
  },
  emit(call, emitter) {
    const { groups } = call.attributes;
    const { filters, perGroup, outH, outW, macs } = geometry(call);
    const x = emitter.input('x');
    const { written } = image(emitter.output);
    const order = byTaps(call, groups > 1 ? perGroup : image(x).written);
    const epilogue = epilogueOf(call, emitter);
    const across = Math.ceil(outW / PIXELS);
    const framed = {
      name: 'conv2d_grouped',
      sources: [source, ...epilogue.sources],
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
  },
};
