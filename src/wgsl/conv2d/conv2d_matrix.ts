// Convolution by a GPU's units for small matrices, where images and weights are stored as f16: nothing more is rounded there.

import type { Way } from '../late.ts';
import type { Call } from '../op.ts';
import weightHalves from '../shared/weight_halves.wgsl';
import type { Conv2dAttributes, matrixNames } from './conv2d.ts';
import source from './conv2d_matrix.wgsl';
import { partsOf, shareOf } from './conv2d_tile.ts';
import { emitTile, invocations, type Multiplier, type Tile } from './conv2d_tile_emit.ts';
import { ranked } from './speed.ts';

type MatrixName = (typeof matrixNames)[number];

const STEP = 32;

// Places are subgroups.
const L: Tile = { pixels: 128, quads: 32, down: 2, across: 2 };
const M: Tile = { pixels: 64, quads: 16, down: 2, across: 2 };
const S: Tile = { pixels: 32, quads: 8, down: 2, across: 2 };

/** By their candidates' names. */
export const ways: Readonly<Record<MatrixName, Way<Conv2dAttributes>>> = {
  conv2d_matrix_128x128: way(L, 1),
  conv2d_matrix_64x64: way(M, 0.8),
  conv2d_matrix_32x32: way(S, 0.6),
  conv2d_matrix_split_64x64: way(M, 0.78, true),
};

/** `fed` and `splits` as of conv2d_tile.ts. */
function way(tile: Tile, fed: number, splits = false): Way<Conv2dAttributes> {
  const parts = (call: Call<Conv2dAttributes>, by: Multiplier) => (splits ? partsOf(call, tile, by) : 1);
  return {
    suits(call) {
      const by = multiplier(call);
      if (!by || !fits(call, tile, by) || parts(call, by) === 0) return 0;
      return ranked(call, 'matrix', (1 + fed * shareOf(call, tile, parts(call, by), by)) / 2);
    },
    emit(call, emitter) {
      const by = multiplier(call);
      if (!by) throw new TypeError(`${call.value.name}: matrices of f16 are not multiplied here`);
      emitTile(call, emitter, tile, parts(call, by), by);
    },
  };
}

/** Of a call whose x and w lie in f16, on adapters whose subgroups multiply matrices and are all as wide; null elsewhere. */
function multiplier({ facts, inputs, attributes, half, changing }: Call<Conv2dAttributes>): Multiplier | null {
  const { matrix, subgroupSize } = facts;
  const stored = half && inputs.x?.shape.length === 4 && !inputs.x.operator?.exact && !changing?.has('w');
  if (!matrix || subgroupSize === null || !stored || attributes.groups > 1) return null;
  return {
    name: 'conv2d_matrix',
    sources: [source, weightHalves],
    constants: { M: matrix.m, N: matrix.n, K: matrix.k, LANES: subgroupSize },
    enables: ['f16', 'subgroups', 'chromium_experimental_subgroup_matrix'],
    step: STEP,
    lanes: subgroupSize,
  };
}

/** Whether the tile is whole matrices and whole loads, and its workgroup is within the adapter's limits. */
function fits({ facts: { limits, matrix } }: Call, tile: Tile, by: Multiplier): boolean {
  if (!matrix) return false;
  const { pixels, quads, down, across } = tile;
  const size = invocations(tile, by);
  const row = down * matrix.m;
  const bytes = 8 * (pixels * (STEP / 4 + 2) + STEP * (quads + 2)) + 16 * row * (quads + 1);
  const whole = [pixels / row, (4 * quads) / across / matrix.n, STEP / matrix.k, matrix.n / 4, matrix.k / 4];
  const shares = [(pixels * STEP) / 4 / size, (STEP * quads) / size, (row * quads) / size];
  return (
    [...whole, ...shares].every((number) => Number.isInteger(number)) &&
    limits.maxComputeInvocationsPerWorkgroup >= size &&
    limits.maxComputeWorkgroupStorageSize >= bytes
  );
}
