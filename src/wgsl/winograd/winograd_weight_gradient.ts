// The gradient of 3x3 filters as the adjoint of Winograd's F(4x4, 3x3): dg = G^T [ sum over tiles of B^T d B * A dy A^T ] G, with 36
// products for every 144 of the definition's (Lavin and Gray 2016, section 4.1, for the forward form).

import type { Conv2dWeightGradientAttributes } from '../conv2d/conv2d_weight_gradient.ts';
import { chunksOf, weightTile, weightTileStep } from '../conv2d/conv2d_weight_gradient_tile.ts';
import { weightGeometry } from '../conv2d/weight_geometry.ts';
import type { Way } from '../late.ts';
import type { Call } from '../op.ts';
import { inChunks } from '../reduce/sum_chunks.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import { tileRow } from './tiling.ts';
import dwText from './winograd_tile_dw.wgsl';
import dyText from './winograd_tile_dy.wgsl';
import inputText from './winograd_tile_input.wgsl';

const POINTS = 36;
const SIDE = 4;
const TILE = weightTile(32, 32);
// Below the plain kernel's rank: only measuring chooses it.
const NOT_CHOSEN = 0.5;

export const winogradWeightGradient: Way<Conv2dWeightGradientAttributes> = {
  suits(call) {
    const { stride, dilation, groups, kernel } = call.attributes;
    const { channels, filters } = weightGeometry(call);
    const { maxComputeInvocationsPerWorkgroup, maxStorageBufferBindingSize } = call.facts.limits;
    if (Math.max(...stride, ...dilation, groups) > 1 || kernel[0] !== 3 || kernel[1] !== 3) return 0;
    if (maxComputeInvocationsPerWorkgroup < TILE.size) return 0;
    const { tiles } = tilesOf(call);
    const widest = Math.max(tiles * (Math.max(channels, filters) + call.block), channels * filters);
    return 4 * POINTS * widest > maxStorageBufferBindingSize ? 0 : NOT_CHOSEN;
  },
  // The largest of |G^T| ( |B^T| 1 |B| * |A| 1 |A^T| ) |G| over the sixteen products of the definition; a test works it out.
  growth: () => 69,
  emit(call, emitter) {
    const { filters, channels, macs } = weightGeometry(call);
    const { padding } = call.attributes;
    const { tilesH, tilesW, tiles } = tilesOf(call);
    const [x, dy] = [emitter.input('x'), emitter.input('dy')];
    const [wide, deep] = [image(x).written, image(dy).written];
    const domain = (name: string, width: number) =>
      emitter.scratch(name, { kind: 'packed', elements: 0, elementsPerImage: POINTS * tiles * width });
    const [v, e] = [domain('v', wide), domain('e', deep)];
    const elements = POINTS * filters * channels;
    const du = emitter.scratch('du', { kind: 'packed', elements, elementsPerImage: 0 });
    const tiled = { tiles_h: tilesH, tiles_w: tilesW };
    const input = each(
      {
        name: 'winograd_tile_input',
        sources: [inputText],
        bind: { x, v },
        uniforms: { ...tiled, pad_top: padding[0], pad_left: padding[1] },
      },
      (n) => n * tiles * wide,
    );
    emitter.step({ ...input, uniforms: (n) => ({ ...input.uniforms(n), tiles: n * tiles }) });
    const gradient = each(
      { name: 'winograd_tile_dy', sources: [dyText], bind: { dy, e }, uniforms: tiled },
      (n) => n * tiles * deep,
    );
    emitter.step({ ...gradient, uniforms: (n) => ({ ...gradient.uniforms(n), tiles: n * tiles }) });
    const chunks = chunksOf(TILE, { filters, weights: wide, pixels: tiles, products: POINTS });
    inChunks({ ...emitter, output: du }, elements, chunks, (sums) => ({
      ...weightTileStep({
        tile: TILE,
        x: v,
        dy: e,
        dw: sums,
        taps: { stride_h: 1, stride_w: 1, pad_top: 0, pad_left: 0, dilation_h: 1, dilation_w: 1, columns: 1, taps: 1 },
        chunks,
        products: POINTS,
        pixels: (n) => n * tiles,
        images: (n) => ({ x: tileRow(channels, n * tiles, wide), dy: tileRow(filters, n * tiles, deep) }),
        steps: (n) => ({ z_x: n * tiles * wide, z_dy: n * tiles * deep }),
      }),
      flops: (n) => 2 * macs * n,
    }));
    const bind = { du, dw: emitter.output };
    emitter.step(each({ name: 'winograd_tile_dw', sources: [dwText], bind }, () => filters * channels));
  },
};

function tilesOf(call: Call<Conv2dWeightGradientAttributes>) {
  const { outH, outW } = weightGeometry(call);
  const [tilesH, tilesW] = [Math.ceil(outH / SIDE), Math.ceil(outW / SIDE)];
  return { tilesH, tilesW, tiles: tilesH * tilesW };
}
