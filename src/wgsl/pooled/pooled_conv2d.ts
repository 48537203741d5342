// A 3x3 convolution and the 2x2 max pooling of what it makes, at once, as in VGG and its kind (Simonyan and Zisserman 2014, table 1).
// Only the compiler makes it, of what the model has.

import * as z from 'zod/mini';
import type { Value } from '../../runtime/graph/value.ts';
import { imageLayout, NO_HALO } from '../../runtime/plan/layout.ts';
import { epilogueAttributes } from '../activation/epilogue.ts';
import { wholes } from '../attributes.ts';
import { type Conv2dAttributes, conv2d, conv2dMacs } from '../conv2d/conv2d.ts';
import { conv2dDirect } from '../conv2d/conv2d_direct.ts';
import { ways as tiles } from '../conv2d/conv2d_tile.ts';
import type { Way } from '../late.ts';
import { type Call, type Candidate, defineOp } from '../op.ts';
import { maxPool2d, maxPoolStep } from '../pool/max_pool2d.ts';
import xQuads from '../shared/x_quads.wgsl';
import { emitWinogradTile, winogradTile } from '../winograd/winograd_tile.ts';

const attributes = z.object({
  /** Zeros around the convolution's input: top, left, bottom, right. */
  padding: z._default(wholes(4, 0), [0, 0, 0, 0]),
  ...epilogueAttributes,
});

type PooledConv2dAttributes = z.infer<typeof attributes>;
type Convolved = Pick<Value, 'name' | 'inputs' | 'attributes'>;

/** What is pooled. */
function convolution({ name, inputs, attributes }: Convolved): Value {
  return conv2d.of(inputs, attributes, name);
}

function pooled(value: Convolved): Value {
  return maxPool2d.of({ x: convolution(value) }, { kernel: [2, 2] }, value.name);
}

/** The call as the convolution's kernels see it. */
function convolved(call: Call<PooledConv2dAttributes>): Call<Conv2dAttributes> {
  const value = convolution(call.value);
  return { ...call, value, attributes: value.attributes as Conv2dAttributes };
}

/** By a kernel for the convolution, into memory of its own, and pooled from there. */
function inTurn(name: string, way: Way<Conv2dAttributes>): Candidate<PooledConv2dAttributes> {
  return {
    name,
    suits: (call) => way.suits(convolved(call)),
    emit(call, emitter) {
      const conv = convolved(call);
      const made = emitter.scratch('convolved', imageLayout(conv.value.shape, { halo: NO_HALO, block: call.block }));
      way.emit(conv, { ...emitter, output: made });
      const pool = { ...conv, attributes: pooled(call.value).attributes as never };
      emitter.step(maxPoolStep(pool, { ...emitter, input: () => made }, { x: made, y: emitter.output }, [xQuads]));
    },
  };
}

/** Winograd's last transform makes whole windows. */
const atOnce: Candidate<PooledConv2dAttributes> = {
  name: 'winograd_tile_pooled',
  suits: (call) => winogradTile.suits(convolved(call)),
  growth: () => winogradTile.growth!(),
  extraBytes: (call) => winogradTile.extraBytes!(convolved(call)),
  emit: (call, emitter) => emitWinogradTile(convolved(call), emitter, 'pooled'),
};

/** x [n, C, H, W], w [K, C, 3, 3], bias [K] -> [n, K, P / 2, Q / 2] of the convolution's [n, K, P, Q]: an odd last row or column is left. */
export const pooledConv2d = defineOp({
  name: 'pooled_conv2d',
  attributes,
  inputs: ['x', 'w', 'bias?'],
  shape: (inputs, attributes) => pooled({ name: 'pooled_conv2d', inputs, attributes }).shape,
  macs: (value) => conv2dMacs(convolution(value)),
  kernels: [
    inTurn('conv2d_direct_pooled', conv2dDirect),
    inTurn('conv2d_tile_pooled', tiles.conv2d_tile_64x64),
    atOnce,
  ],
});

/** Whether the convolution that is pooled is best made by what pools at once, as far as facts tell. */
export function poolsAtOnce(call: Call<PooledConv2dAttributes>): boolean {
  const conv = convolved(call);
  return winogradTile.suits(conv) > Math.max(...Object.values(tiles).map((tile) => tile.suits(conv)));
}
