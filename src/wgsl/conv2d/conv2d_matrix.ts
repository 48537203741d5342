// Convolution by a GPU's units for small matrices, where images and weights are stored as f16: nothing more is rounded there.

import type { Way } from '../late.ts';
import type { Call } from '../op.ts';
import weightHalves from '../shared/weight_halves.wgsl';
import type { Conv2dAttributes, matrixNames } from './conv2d.ts';
import source from './conv2d_matrix.wgsl';
import { partsOf, shareOf } from './conv2d_tile.ts';
import { emitTile, invocations, type Multiplier, type Tile } from './conv2d_tile_emit.ts';
import matrices1x1 from './matrices_1x1.wgsl';
import matrices2x2 from './matrices_2x2.wgsl';
import matrices4x2 from './matrices_4x2.wgsl';
import { ranked } from './speed.ts';

type MatrixName = (typeof matrixNames)[number];

const STEP = 32;

/** By rows and columns: those that a subgroup makes. */
const blocks: Readonly<Record<string, string>> = { '1x1': matrices1x1, '2x2': matrices2x2, '4x2': matrices4x2 };

// Places are subgroups.
const M: Tile = { pixels: 64, quads: 16, down: 2, across: 2 };
const S: Tile = { pixels: 32, quads: 8, down: 2, across: 2 };

/**
 * By their candidates' names. Ranks as measured on an NVIDIA H200 over the layers of ResNet-50, so that neither one image
 * nor many are slower than in f32.
 */
export const ways: Readonly<Record<MatrixName, Way<Conv2dAttributes>>> = {
  conv2d_matrix_128x64: way({ pixels: 128, quads: 16, down: 2, across: 2 }, 1),
  conv2d_matrix_64x64: way(M, 0.95),
  conv2d_matrix_32x32: way(S, 0.4),
  conv2d_matrix_split_64x64: way(M, 0.6, true),
  conv2d_matrix_split_32x32: way(S, 0.5, true),
};

/** `fed` and `splits` as of conv2d_tile.ts. */
function way(tile: Tile, fed: number, splits = false): Way<Conv2dAttributes> {
  const parts = (call: Call<Conv2dAttributes>, by: Multiplier) => (splits ? partsOf(call, tile, by) : 1);
  return {
    suits(call) {
      const by = multiplier(call, tile);
      if (!by || !fits(call, tile, by) || parts(call, by) === 0) return 0;
      return ranked(call, 'matrix', (1 + fed * shareOf(call, tile, parts(call, by), by)) / 2);
    },
    emit(call, emitter) {
      const by = multiplier(call, tile);
      if (!by) throw new TypeError(`${call.value.name}: matrices of f16 are not multiplied here`);
      emitTile(call, emitter, tile, parts(call, by), by);
    },
  };
}

/** For a call whose x and w lie in f16, on adapters whose subgroups multiply matrices and are all as wide; null elsewhere. */
function multiplier(
  { facts, inputs, attributes, half, changing }: Call<Conv2dAttributes>,
  tile: Tile,
): Multiplier | null {
  const { matrix, subgroupSize } = facts;
  const stored = half && inputs.x?.shape.length === 4 && !inputs.x.operator?.exact && !changing?.has('w');
  if (!matrix || subgroupSize === null || !stored || attributes.groups > 1) return null;
  const { m, n, k } = matrix;
  const block = blocks[`${tile.pixels / tile.down / m}x${(4 * tile.quads) / tile.across / n}`];
  if (!block || 2 * k !== STEP) return null;
  return {
    name: 'conv2d_matrix',
    sources: [source, block, weightHalves],
    constants: { M: m, N: n, K: k, LANES: subgroupSize },
    enables: ['f16', 'subgroups', 'chromium_experimental_subgroup_matrix'],
    step: STEP,
    enough: 2 ** 13,
    lanes: subgroupSize,
  };
}

/** Whether invocations load and store as much as each other, and the adapter has room for them and what they share. */
function fits({ facts: { limits } }: Call, tile: Tile, by: Multiplier): boolean {
  const { pixels, quads, down } = tile;
  const size = invocations(tile, by);
  const row = down * by.constants.M!;
  const shares = [(pixels * STEP) / 4 / size, (STEP * quads) / size, (row * quads) / size];
  const bytes = 8 * (pixels * (STEP / 4 + 2) + STEP * (quads + 2)) + 16 * row * (quads + 1);
  return (
    shares.every((share) => Number.isInteger(share)) &&
    limits.maxComputeInvocationsPerWorkgroup >= size &&
    limits.maxComputeWorkgroupStorageSize >= bytes
  );
}
