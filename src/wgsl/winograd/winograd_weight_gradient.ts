// The gradient of 3x3 filters as the adjoint of Winograd's F(4x4, 3x3): dg = G^T [ sum over tiles of B^T d B * A dy A^T ] G, with 36
// products for every 144 of the definition's (Lavin and Gray 2016, section 4.1, for the forward form).

import type { Conv2dWeightGradientAttributes } from '../conv2d/conv2d_weight_gradient.ts';
import { chunksOf, weightTile, weightTileStep } from '../conv2d/conv2d_weight_gradient_tile.ts';
import { weightGeometry } from '../conv2d/weight_geometry.ts';
import type { Way } from '../late.ts';
import { inChunks } from '../reduce/sum_chunks.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import { tileRow, tiling } from './tiling.ts';
import { domain, eachOfTiles, FORM, POINTS, pointTaps, transformInput } from './winograd_domain.ts';
import dwText from './winograd_tile_dw.wgsl';
import dyText from './winograd_tile_dy.wgsl';

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
    const { tiles } = tiling(weightGeometry(call), FORM);
    const widest = Math.max(tiles * (Math.max(channels, filters) + call.block), channels * filters);
    return 4 * POINTS * widest > maxStorageBufferBindingSize ? 0 : NOT_CHOSEN;
  },
  // The largest of |G^T| ( |B^T| 1 |B| * |A| 1 |A^T| ) |G| over the sixteen products of the definition; a test works it out.
  growth: () => 69,
  emit(call, emitter) {
    const { filters, channels, macs } = weightGeometry(call);
    const tiled = tiling(weightGeometry(call), FORM);
    const { tiles } = tiled;
    const dy = emitter.input('dy');
    const [wide, deep] = [image(emitter.input('x')).written, image(dy).written];
    const e = domain(emitter, 'e', tiled, deep);
    const elements = POINTS * filters * channels;
    const du = emitter.scratch('du', { kind: 'packed', elements, elementsPerImage: 0 });
    const v = transformInput(emitter, tiled, call.attributes.padding);
    emitter.step(eachOfTiles({ name: 'winograd_tile_dy', sources: [dyText], bind: { dy, e } }, tiled, deep));
    const chunks = chunksOf(TILE, { filters, weights: wide, pixels: tiles, products: POINTS });
    inChunks({ ...emitter, output: du }, elements, chunks, (sums) => ({
      ...weightTileStep({
        tile: TILE,
        x: v,
        dy: e,
        dw: sums,
        taps: { ...pointTaps, columns: 1, taps: 1 },
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
