// 3x3 convolution by Winograd's minimal filtering F(4x4, 3x3): 36 products for 16 pixels where the definition takes 144.
//
// A. Lavin, S. Gray: Fast Algorithms for Convolutional Neural Networks, 2015, arXiv:1509.09308, section 4. The points are
// 0, +-3/4, +-3/2 and infinity, not the paper's 0, +-1, +-2: their powers are as exact, and half as much error is amplified
// (why points matter: B. Barabasz et al., 2018, arXiv:1803.10986).

import { type ImageLayout, imageLayout, NO_HALO, roundUp, type TextureLayout } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { broadcastLanes, broadcastStep } from '../conv2d/conv2d_broadcast.ts';
import { geometry } from '../conv2d/geometry.ts';
import { panelsOf, weightTexture } from '../conv2d/pack_weights.ts';
import { speed } from '../conv2d/speed.ts';
import { defineKernel } from '../kernel.ts';
import type { Call, Candidate, Emitter } from '../op.ts';
import { biasOnly, epilogueOf } from '../shared/epilogue.ts';
import { each } from '../shared/frame.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import filterText from './winograd_filter.wgsl';
import inputText from './winograd_input.wgsl';
import outputText from './winograd_output.wgsl';

const TILE = 4;
const SIDE = 6;
const POINTS = SIDE * SIDE;

interface Tiling {
  readonly tilesH: number;
  readonly tilesW: number;
  readonly tiles: number;
}

export const winograd: Candidate<Conv2dAttributes> = {
  name: 'winograd',
  suits(call) {
    const { stride, dilation, groups } = call.attributes;
    const { kernelH, kernelW, channels, filters, outH, outW } = geometry(call);
    if (broadcastLanes(call) === 0 || groups !== 1 || kernelH !== 3 || kernelW !== 3) return 0;
    if (Math.max(...stride, ...dilation) > 1) return 0;
    if (!filterTexture(call, roundUp(channels, call.block))) return 0;
    const { tiles } = tiling(call);
    const most = 4 * POINTS * tiles * (Math.max(channels, filters) + call.block);
    if (most > call.facts.limits.maxStorageBufferBindingSize) return 0;
    // Tiles past the edge are computed for nothing, and the transforms cost as much as the products of 32 channels.
    const used = (outH * outW) / (TILE * TILE * tiles);
    const few = Math.min(channels, filters);
    return few < 8 ? 0 : (speed(call, 'winograd') * used * few) / (few + 16);
  },
  needs(call) {
    const [top, left, bottom, right] = call.attributes.padding;
    const { height, width } = geometry(call);
    const { tilesH, tilesW } = tiling(call);
    // The last tile reaches past the padding, and what it reads there must be zero: it is mixed into pixels that count.
    const past = (tiles: number, before: number, size: number) => tiles * TILE + SIDE - TILE - before - size;
    const halo = {
      top,
      left,
      bottom: Math.max(bottom, past(tilesH, top, height)),
      right: Math.max(right, past(tilesW, left, width)),
    };
    return { x: { halo } };
  },
  emit(call, emitter) {
    const { filters, macs } = geometry(call);
    const lanes = broadcastLanes(call);
    const { tiles } = tiling(call);
    const channels = image(emitter.input('x')).written;
    const { written } = image(emitter.output);
    const domain = (name: string, width: number) =>
      emitter.scratch(name, { kind: 'packed', elements: 0, elementsPerImage: POINTS * tiles * width });
    const v = domain('v', channels);
    const m = domain('m', written);
    const u = transformFilters(call, emitter, channels);
    transformInput(call, emitter, v);
    emitter.step({
      ...broadcastStep({
        lanes,
        x: v,
        w: u,
        y: m,
        order: { rows: 1, columns: 1, run: channels, pixel: channels, span: 1 },
        // The output transform adds the bias and all that follows.
        epilogue: biasOnly(call, emitter),
        biasScale: 0,
        fewPixels: tiles <= 4,
        z: POINTS,
        pixels: (n) => n * tiles,
        images: (n) => ({ x: row(channels, n * tiles, channels), y: row(filters, n * tiles, written) }),
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
    transformOutput(call, emitter, m);
  },
};

/** Tiles of one point as the pixels of an image, `written` channels each. */
function row(channels: number, tiles: number, written: number): ImageLayout {
  return imageLayout(['n', channels, 1, tiles], { halo: NO_HALO, block: written, tight: false });
}

function tiling(call: Call<Conv2dAttributes>): Tiling {
  const { outH, outW } = geometry(call);
  const tilesH = Math.ceil(outH / TILE);
  const tilesW = Math.ceil(outW / TILE);
  return { tilesH, tilesW, tiles: tilesH * tilesW };
}

function filterTexture(call: Call<Conv2dAttributes>, rows: number): TextureLayout | null {
  const lanes = broadcastLanes(call);
  return weightTexture(call, POINTS * panelsOf(call, lanes), rows, lanes);
}

function transformFilters(call: Call<Conv2dAttributes>, emitter: Emitter, rows: number): BufferRef {
  const { filters, channels } = geometry(call);
  const lanes = broadcastLanes(call);
  const layout = filterTexture(call, rows);
  if (!layout) throw new TypeError(`the filters of ${call.value.name} do not fit into a texture`);
  const u = emitter.scratch('u', layout);
  const count = panelsOf(call, lanes) * lanes * rows;
  const bind = { w: emitter.input('w'), u };
  const uniforms = { lanes, rows, filters, channels, width: layout.width };
  emitter.step(each({ name: 'winograd_filter', sources: [filterText], bind, uniforms }, () => count));
  return u;
}

function transformInput(call: Call<Conv2dAttributes>, emitter: Emitter, v: BufferRef): void {
  const { padding } = call.attributes;
  const { tilesH, tilesW, tiles } = tiling(call);
  const lanes = broadcastLanes(call);
  const x = emitter.input('x');
  const layout = image(x);
  const offset = layout.offset - padding[0] * layout.row - padding[1] * layout.pixel;
  emitter.step({
    kernel: defineKernel('winograd_input', [inputText, imageText], { overrides: { LANES: lanes } }),
    bind: { x, v },
    uniforms: (n) => ({
      tiles_h: tilesH,
      tiles_w: tilesW,
      tiles: tiles * n,
      side: SIDE,
      ...imageUniforms('x', { ...layout, offset }),
    }),
    grid: (n) => [Math.ceil(layout.written / lanes), tilesW, tilesH * n],
  });
}

function transformOutput(call: Call<Conv2dAttributes>, emitter: Emitter, m: BufferRef): void {
  const { tilesH, tilesW, tiles } = tiling(call);
  const lanes = broadcastLanes(call);
  const epilogue = epilogueOf(call, emitter, 'channel');
  const y = image(emitter.output);
  emitter.step({
    kernel: defineKernel('winograd_output', [outputText, imageText, ...epilogue.sources], {
      overrides: { LANES: lanes },
    }),
    bind: { m, y: emitter.output, ...epilogue.bind },
    uniforms: (n) => ({
      tiles_h: tilesH,
      tiles_w: tilesW,
      tiles: tiles * n,
      side: SIDE,
      ...imageUniforms('y', y),
      ...epilogue.uniforms,
    }),
    grid: (n) => [Math.ceil(y.written / lanes), tilesW, tilesH * n],
  });
}
