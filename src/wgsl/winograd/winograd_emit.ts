// The dispatches of winograd.ts: filters, inputs, a product for each point, outputs.

import type { BufferRef } from '../../runtime/plan/program.ts';
import { broadcastLanes, readsTexels } from '../conv2d/broadcast_lanes.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { broadcastStep, type Tile } from '../conv2d/conv2d_broadcast_emit.ts';
import { geometry } from '../conv2d/geometry.ts';
import { panelsOf } from '../conv2d/pack_texture.ts';
import { ENDLESS } from '../conv2d/pack_weights.ts';
import putBuffer from '../conv2d/put_buffer.wgsl';
import putTexture from '../conv2d/put_texture.wgsl';
import { defineKernel } from '../kernel.ts';
import type { Call, Emitter } from '../op.ts';
import { sumOf } from '../shared/epilogue.ts';
import { each } from '../shared/frame.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import { loopedEpilogue } from '../shared/looped_epilogue.ts';
import { asTexels, type ReadTexels } from '../shared/texels.ts';
import { texelsEpilogue } from '../shared/texels_epilogue.ts';
import xQuads from '../shared/x_quads.wgsl';
import { type Form, filterLayout, tileRow, tiling } from './tiling.ts';
import filterText from './winograd_filter.wgsl';
import filter2 from './winograd_filter_2.wgsl';
import filter4 from './winograd_filter_4.wgsl';
import inputText from './winograd_input.wgsl';
import input2 from './winograd_input_2.wgsl';
import input4 from './winograd_input_4.wgsl';
import outputText from './winograd_output.wgsl';
import output2 from './winograd_output_2.wgsl';
import output4 from './winograd_output_4.wgsl';
import row2 from './winograd_row_2.wgsl';
import row4 from './winograd_row_4.wgsl';

/** The matrices, by the pixels that a tile makes. */
const filterMatrix = { 2: filter2, 4: filter4 } as const;
const inputMatrix = { 2: input2, 4: input4 } as const;
const rowText = { 2: row2, 4: row4 } as const;
const outputMatrix = { 2: output2, 4: output4 } as const;

export function emitWinograd(call: Call<Conv2dAttributes>, emitter: Emitter, form: Form): void {
  const { filters, macs } = geometry(call);
  const { tiles } = tiling(geometry(call), form);
  const points = form.side ** 2;
  const channels = image(emitter.input('x')).written;
  const { written } = image(emitter.output);
  const domain = (name: string, width: number) =>
    emitter.scratch(name, { kind: 'packed', elements: 0, elementsPerImage: points * tiles * width });
  const v = domain('v', channels);
  const m = domain('m', written);
  const u = transformFilters(call, emitter, form, channels);
  transformInput(call, emitter, form, v);
  const tile = productTile(call, tiles);
  emitter.step({
    // The output transform adds the bias and all that follows.
    ...broadcastStep(sumOf(call), emitter, {
      x: v,
      standIn: call.inputs.bias ? emitter.input('bias') : v,
      w: u,
      y: m,
      order: { rows: 1, columns: 1, run: channels, pixel: channels, span: 1 },
      tile,
      z: points,
      pixels: (n) => n * tiles,
      images: (n) => ({ x: tileRow(channels, n * tiles, channels), y: tileRow(filters, n * tiles, written) }),
      steps: (n) => ({
        tap_down: 0,
        tap_across: 0,
        z_x: n * tiles * channels,
        z_y: n * tiles * written,
        z_filter: 0,
      }),
    }),
    flops: (n) => 2 * macs * n,
  });
  transformOutput(call, emitter, form, m);
}

function productTile(call: Call<Conv2dAttributes>, tiles: number): Tile {
  if (readsTexels(call)) return { from: 'texels', pixels: tiles <= 4 ? 4 : 16 };
  if (broadcastLanes(call) === 4) return { from: 'quads', pixels: 16 };
  return { from: 'buffer', pixels: tiles <= 4 ? 4 : 8, weights: 'texture' };
}

function transformFilters(call: Call<Conv2dAttributes>, emitter: Emitter, form: Form, rows: number): BufferRef {
  const { filters, channels } = geometry(call);
  const lanes = broadcastLanes(call);
  const layout = filterLayout(call, form, rows);
  if (!layout) throw new TypeError(`the filters of ${call.value.name} do not fit into a texture or buffer`);
  const u = emitter.scratch('u', layout);
  const count = panelsOf(call, lanes) * lanes * rows;
  const bind = { w: emitter.input('w'), packed: u };
  const [put, width] = layout.kind === 'texture' ? [putTexture, layout.width] : [putBuffer, ENDLESS];
  const across = { across: count % width, down: Math.floor(count / width) };
  const uniforms = { lanes, rows, filters, channels, width, side: form.side, columns: 3, ...across };
  emitter.step(
    each({ name: 'winograd_filter', sources: [filterText, filterMatrix[form.made], put], bind, uniforms }, () => count),
  );
  return u;
}

function transformInput(call: Call<Conv2dAttributes>, emitter: Emitter, form: Form, v: BufferRef): void {
  const { padding } = call.attributes;
  const { tilesH, tilesW, tiles } = tiling(geometry(call), form);
  const lanes = broadcastLanes(call);
  const x = emitter.input('x');
  const layout = image(x);
  const offset = layout.offset - padding[0] * layout.row - padding[1] * layout.pixel;
  const { sources, read, copied } = reading(call, emitter, 'x', x);
  emitter.step({
    kernel: defineKernel(
      'winograd_input',
      [inputText, rowText[form.made], inputMatrix[form.made], imageText, ...sources],
      {
        overrides: { LANES: lanes },
      },
    ),
    bind: { x: read, v },
    copied,
    uniforms: (n) => ({
      tiles_h: tilesH,
      tiles_w: tilesW,
      tiles: tiles * n,
      side: form.side,
      ...imageUniforms('x', { ...layout, offset }),
    }),
    grid: (n) => [Math.ceil(layout.written / 4 / lanes), tilesW, tilesH * n],
  });
}

function transformOutput(call: Call<Conv2dAttributes>, emitter: Emitter, form: Form, m: BufferRef): void {
  const { tilesH, tilesW, tiles } = tiling(geometry(call), form);
  const lanes = broadcastLanes(call);
  const { sources, read, copied } = reading(call, emitter, 'm', m);
  const epilogue = read === m ? loopedEpilogue(call, emitter, m) : texelsEpilogue(call, emitter, m, read);
  const y = image(emitter.output);
  emitter.step({
    kernel: defineKernel(
      'winograd_output',
      [outputText, rowText[form.made], outputMatrix[form.made], imageText, ...sources, ...epilogue.sources],
      { overrides: { LANES: lanes } },
    ),
    bind: { x: read, y: emitter.output, ...epilogue.bind },
    copied: { ...copied, ...epilogue.copied },
    uniforms: (n) => ({
      tiles_h: tilesH,
      tiles_w: tilesW,
      tiles: tiles * n,
      side: form.side,
      has_bias: call.inputs.bias ? 1 : 0,
      has_residual: call.inputs.residual ? 1 : 0,
      ...imageUniforms('y', y),
      ...epilogue.uniforms,
    }),
    grid: (n) => [Math.ceil(y.written / 4 / lanes), tilesW, tilesH * n],
  });
}

/** Where a transform reads four channels at a time. */
function reading(call: Call<Conv2dAttributes>, emitter: Emitter, name: string, x: BufferRef): ReadTexels {
  return readsTexels(call) ? asTexels(emitter, x, `${name}_texels`) : { sources: [xQuads], read: x, copied: {} };
}
