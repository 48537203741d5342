// How fast each way of convolving is, as far as an adapter's facts tell: the order in which `suits` ranks them.

import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import type { Call } from '../op.ts';

type Method =
  | 'broadcast'
  | 'texels'
  | 'narrow'
  | 'winograd'
  | 'winograd_2x2'
  | 'winograd_tile'
  | 'depthwise'
  | 'grouped'
  | 'tile'
  | 'matrix';

// Multiples of the plain kernel's speed. On a CPU as measured on lavapipe (Zen 3); SwiftShader keeps the order. There barriers
// and workgroup memory cost more than they save. On GPUs they are what feeds the arithmetic, and what CPUs want is not offered.
const onCpu: Readonly<Record<Method, number>> = {
  broadcast: 10,
  texels: 18,
  narrow: 9,
  winograd: 24,
  winograd_2x2: 17,
  winograd_tile: 0.5,
  depthwise: 8,
  grouped: 4,
  tile: 0.5,
  matrix: 0.5,
};
const onGpu: Readonly<Record<Method, number>> = {
  broadcast: 0,
  texels: 0,
  narrow: 0,
  winograd: 0,
  winograd_2x2: 0,
  winograd_tile: 20,
  depthwise: 8,
  grouped: 4,
  tile: 10,
  matrix: 40,
};

export function speed({ fallback }: AdapterFacts, method: Method): number {
  return (fallback ? onCpu : onGpu)[method];
}

// What preparing a weight takes (packing it, transforming it), in products of the plain kernel, on lavapipe.
const PACKING = 3;
const TRANSFORMING = 9;
const preparation: Readonly<Record<Method, number>> = {
  broadcast: PACKING,
  texels: PACKING,
  narrow: 0,
  winograd: TRANSFORMING,
  winograd_2x2: TRANSFORMING / 2,
  winograd_tile: TRANSFORMING,
  depthwise: 0,
  grouped: PACKING,
  tile: PACKING,
  matrix: PACKING,
};
// Images of a batch where weights change: that of a training step, which is not known here.
const IMAGES = 8;

/** Pixels of the result that weights are used for, once they are prepared: weights that never change are for any number of batches. */
export function pixelsOf({ value, changing }: Pick<Call, 'value' | 'changing'>): number {
  const { height, width } = imageSize(value.shape);
  return height * width * (changing?.has('w') ? IMAGES : 1);
}

/** How a way ranks: its speed, with the part of it that is not thrown away, and the time that preparing weights takes. */
export function ranked(call: Pick<Call, 'value' | 'changing' | 'facts'>, method: Method, used: number): number {
  return prepared(call, speed(call.facts, method) * used, preparation[method]);
}

/** The same for weights that are put into another order first. */
export function reordered(call: Pick<Call, 'value' | 'changing' | 'facts'>, rank: number): number {
  return prepared(call, rank, PACKING);
}

function prepared(call: Pick<Call, 'value' | 'changing' | 'facts'>, rank: number, products: number): number {
  if (rank === 0 || !call.facts.fallback || !call.changing?.has('w')) return rank;
  return 1 / (1 / rank + products / pixelsOf(call));
}
