// Convolution in vectors of four channels with packed weights: for narrow groups, and where there are no subgroups.

import { defineKernel } from '../kernel.ts';
import type { Candidate } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { linearGrid } from '../shared/grid.ts';
import linearIndex from '../shared/linear_index.wgsl';
import { image, strideUniforms } from '../shared/strides.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_grouped.wgsl';
import { geometry } from './geometry.ts';
import { byTaps, packBuffer } from './pack_weights.ts';
import { speed } from './speed.ts';

const PIXELS = 4;

export const conv2dGrouped: Candidate<Conv2dAttributes> = {
  name: 'conv2d_grouped',
  suits(call) {
    const { groups } = call.attributes;
    const { filters, perGroup } = geometry(call);
    return groups > 1 && (perGroup % 4 || (filters / groups) % 4) ? 0 : speed(call, 'grouped');
  },
  needs({ attributes: { padding } }) {
    const [top, left, bottom, right] = padding;
    return { x: { halo: { top, left, bottom, right } } };
  },
  emit(call, emitter) {
    const { stride, padding, dilation, groups } = call.attributes;
    const { filters, perGroup, outH, outW, macs } = geometry(call);
    const x = emitter.input('x');
    const xl = image(x);
    const quads = image(emitter.output).written / 4;
    const order = byTaps(call, groups > 1 ? perGroup : xl.written);
    const w = packBuffer(call, emitter, order, call.block);
    const epilogue = epilogueOf(call, emitter);
    const across = Math.ceil(outW / PIXELS);
    const count = (n: number) => quads * across * outH * n;
    emitter.step({
      kernel: defineKernel('conv2d_grouped', [source, linearIndex, ...epilogue.sources]),
      bind: { x, w, y: emitter.output, ...epilogue.bind },
      uniforms: (n) => ({
        count: count(n),
        quads,
        across,
        out_h: outH,
        out_w: outW,
        filters,
        group: groups > 1 ? filters / groups : 4 * quads,
        w_quads: Math.ceil(filters / call.block) * (call.block / 4),
        rows: order.rows,
        columns: order.columns,
        run: order.run,
        x_offset: xl.offset - padding[0] * xl.row - padding[1] * xl.pixel,
        x_image: xl.image,
        x_down: stride[0] * xl.row,
        x_across: stride[1] * xl.pixel,
        tap_down: dilation[0] * xl.row,
        tap_across: dilation[1] * xl.pixel,
        ...strideUniforms('y', emitter.output),
        ...epilogue.uniforms,
      }),
      grid: (n) => linearGrid(count(n), 64),
      flops: (n) => 2 * macs * n,
    });
  },
};
