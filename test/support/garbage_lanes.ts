// Activations behind whose last channel lies anything: kernels that reduce over channels must not read it.

import type { Value } from '../../src/runtime/graph/value.ts';
import type { Operator } from '../../src/wgsl/op.ts';

/** The first channels of a graph input as a value of its own, in the same memory: those that follow are its padding. */
export function firstChannels(x: Value, channels: number): Value {
  const operator: Operator = {
    name: 'first_channels',
    inputs: ['x'],
    epilogue: false,
    macs: () => 0,
    view: (_, input) => (input.kind === 'image' ? { ...input, channels } : null),
    kernels: [{ name: 'view', suits: () => 1, emit: () => {} }],
  };
  return {
    kind: 'operator',
    name: `${x.name} cut`,
    operator,
    inputs: { x },
    attributes: {},
    shape: x.shape.with(1, channels),
  };
}

/** What that value is, as a tensor. */
export function cut<T extends { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }>(
  tensor: T,
  channels: number,
): T {
  const C = tensor.shape[1]!;
  const area = tensor.shape.slice(2).reduce((product, dim) => product * dim, 1);
  const data = tensor.data.filter((_, i) => Math.floor(i / area) % C < channels);
  return { ...tensor, shape: tensor.shape.with(1, channels), data };
}
