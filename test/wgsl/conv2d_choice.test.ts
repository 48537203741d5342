// Which kernel serves which convolution on which adapter, by the facts alone.

import { expect, it } from 'vitest';
import { channelBlock } from '../../src/runtime/compile/choose_kernels.ts';
import type { AdapterFacts } from '../../src/runtime/plan/facts.ts';
import { type Conv2dAttributes, conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import type { Candidate } from '../../src/wgsl/op.ts';
import { discrete, lavapipe, limited, swiftshader } from '../support/facts.ts';
import { apply } from '../support/operators.ts';

const noSubgroups: AdapterFacts = {
  ...swiftshader,
  features: { ...swiftshader.features, subgroups: false },
  subgroupSize: null,
};

function chosen(facts: AdapterFacts, [channels, size, filters, kernel, stride, groups]: number[]): string {
  const data = new Float32Array();
  const pad = (kernel! - 1) / 2;
  const tensors = {
    x: { shape: [1, channels!, size!, size!], data },
    w: { shape: [filters!, channels! / groups!, kernel!, kernel!], data, parameter: true },
  };
  const value = apply(conv2d, tensors, { stride: [stride!, stride!], padding: [pad, pad, pad, pad], groups: groups! });
  const attributes = value.attributes as Conv2dAttributes;
  const call = { value, inputs: value.inputs, attributes, facts, block: channelBlock(facts) };
  const best = conv2d.kernels.reduce<[number, Candidate<Conv2dAttributes> | null]>(
    ([most, before], kernel) => (kernel.suits(call) > most ? [kernel.suits(call), kernel] : [most, before]),
    [0, null],
  );
  return best[1]?.name ?? '';
}

// [channels, size, filters, kernel, stride, groups]
const calls: [string, number[], Record<string, string>][] = [
  [
    'a stem',
    [3, 224, 64, 7, 2, 1],
    {
      lavapipe: 'conv2d_texels',
      swiftshader: 'conv2d_quads',
      noSubgroups: 'conv2d_grouped',
      discrete: 'conv2d_tile_64x64',
    },
  ],
  ['3x3', [64, 56, 64, 3, 1, 1], { lavapipe: 'winograd', noSubgroups: 'conv2d_grouped', discrete: 'winograd_tile' }],
  [
    '3x3 that halves',
    [64, 56, 128, 3, 2, 1],
    { lavapipe: 'conv2d_texels', swiftshader: 'conv2d_quads', discrete: 'conv2d_split_64x64' },
  ],
  ['3x3 of few channels', [6, 14, 16, 3, 1, 1], { lavapipe: 'conv2d_narrow', discrete: 'conv2d_tile_64x32' }],
  ['one channel, few filters', [1, 28, 6, 5, 1, 1], { lavapipe: 'conv2d_narrow' }],
  ['few filters, many channels', [64, 28, 10, 1, 1, 1], { lavapipe: 'conv2d_texels', swiftshader: 'conv2d_quads' }],
  [
    'few filters of one pixel',
    [84, 1, 10, 1, 1, 1],
    { lavapipe: 'conv2d_texels_4', swiftshader: 'conv2d_quads', discrete: 'conv2d_tile_64x32' },
  ],
  [
    'more weights than are worth packing',
    [4096, 1, 4096, 1, 1, 1],
    { lavapipe: 'conv2d_rows', swiftshader: 'conv2d_rows', noSubgroups: 'conv2d_direct' },
  ],
  [
    'a point',
    [256, 14, 1024, 1, 1, 1],
    { lavapipe: 'conv2d_texels', swiftshader: 'conv2d_quads', discrete: 'conv2d_split_64x64' },
  ],
  ['narrow groups', [128, 56, 128, 3, 1, 32], { lavapipe: 'conv2d_grouped', discrete: 'conv2d_grouped' }],
  [
    'wide groups',
    [1024, 7, 1024, 3, 1, 32],
    { lavapipe: 'conv2d_texels', swiftshader: 'conv2d_quads', discrete: 'conv2d_grouped' },
  ],
  ['groups of three', [12, 7, 12, 3, 1, 4], { lavapipe: 'conv2d_direct', discrete: 'conv2d_direct' }],
  [
    'depthwise',
    [32, 112, 32, 3, 1, 32],
    { lavapipe: 'depthwise_texels', swiftshader: 'depthwise_3x3', noSubgroups: 'depthwise', discrete: 'depthwise_2x4' },
  ],
];

it.each(calls)('%s', (_, call, expected) => {
  const adapters: Record<string, AdapterFacts> = { lavapipe, swiftshader, noSubgroups, discrete };
  const found = Object.keys(expected).map((name) => [name, chosen(adapters[name]!, call)]);
  expect(Object.fromEntries(found)).toEqual(expected);
});

it('leaves what a texture cannot hold to buffers', () => {
  expect(chosen(limited(lavapipe, { maxTextureDimension2D: 16 }), [64, 56, 64, 3, 1, 1])).toBe('conv2d_narrow');
});

it('leaves Winograd where its domain is larger than a binding may be', () => {
  expect(chosen(limited(lavapipe, { maxStorageBufferBindingSize: 2 ** 20 }), [64, 56, 64, 3, 1, 1])).toBe(
    'conv2d_texels',
  );
});
