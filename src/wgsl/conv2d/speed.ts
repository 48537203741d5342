// How fast each way of convolving is, as far as an adapter's facts tell: the order in which `suits` ranks them.

import type { AdapterFacts } from '../../runtime/plan/facts.ts';

type Method = 'broadcast' | 'narrow' | 'winograd' | 'depthwise' | 'grouped' | 'tile';

// Multiples of the plain kernel's speed. On a CPU as measured on lavapipe (Zen 3); SwiftShader keeps the order. There barriers
// and workgroup memory cost more than they save. On GPUs they are what feeds the arithmetic, and what CPUs want is not offered.
const onCpu: Readonly<Record<Method, number>> = {
  broadcast: 10,
  narrow: 9,
  winograd: 17,
  depthwise: 8,
  grouped: 4,
  tile: 0.5,
};
const onGpu: Readonly<Record<Method, number>> = {
  broadcast: 0,
  narrow: 0,
  winograd: 0,
  depthwise: 8,
  grouped: 4,
  tile: 10,
};

export function speed({ fallback }: AdapterFacts, method: Method): number {
  return (fallback ? onCpu : onGpu)[method];
}
