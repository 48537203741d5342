// The fill against the values that the oracle's README prints.

import { expect, test } from 'vitest';
import { fillImage, fillLabels, fillParameter, fillPicture, hashAt, seedOf } from './fill.ts';

const hex = (u: number) => u.toString(16).padStart(8, '0');
const bits = (values: Float32Array) => [...new Uint32Array(values.slice().buffer)].map(hex);

const rows: [name: string, shape: number[], seed: string, u0: string, first: string, last: string][] = [
  ['conv1.weight', [64, 3, 7, 7], 'e968d9c8', 'a8dfff41', '3d8420be bd2f557f bdcad93a bdd4442c', '3ddf727d'],
  ['bn1.weight', [64], 'a182c9e7', '400345a2', '3f400345 3f98fb9f 3f360716 3f8022c4', '3f695ae7'],
  ['bn1.bias', [64], 'b75f00ec', '3956adb8', 'bd621dd6 3d604a10 3dc7180a 3d2c0cf3', '3d0c3413'],
  ['bn1.running_mean', [64], '6942985c', '1b40c3dd', 'bda131fb 3d3da3f3 bdb423da bc393380', '3b6dadcd'],
  ['bn1.running_var', [64], '2dd6c9d9', '4f91ed4d', '3f4f91ed 3f11ec2f 3f8c82a8 3f78d6c5', '3f543bde'],
  ['fc.weight', [1000, 512], 'c6b73b46', '811ed50e', '3a786761 3dcf5dfa 3c4cea5a 3ad4d9e3', '3dc42fce'],
  ['features.0.layer_scale', [96, 1, 1], '68053b1f', '2180d86d', 'bebcfe50 be56da00 3e3ce440 3efce850', '3efb23ba'],
];

test.each(rows)('%s %j', (name, shape, seed, u0, first, last) => {
  const values = fillParameter(name, shape);
  expect(hex(seedOf(name))).toBe(seed);
  expect(hex(hashAt(seedOf(name), 0))).toBe(u0);
  expect(bits(values.slice(0, 4)).join(' ')).toBe(first);
  expect(bits(values.slice(-1))).toEqual([last]);
});

test('running statistics scale with the exponent of their own BatchNorm', () => {
  const first = (name: string) => bits(fillParameter(name, [64], { bn1: 2, bn2: 7 }).slice(0, 4)).join(' ');
  expect(first('bn1.running_mean')).toBe('bea131fb 3e3da3f3 beb423da bd393380');
  expect(first('bn1.running_var')).toBe('414f91ed 4111ec2f 418c82a8 4178d6c5');
  expect(fillParameter('bn1.num_batches_tracked', [])).toEqual(new Float32Array(1));
});

test('images, pictures and labels', () => {
  const image = fillImage([2, 3, 64, 64]);
  expect(bits(image.slice(0, 4)).join(' ')).toBe('3fa4d520 3fbb7b9e 3fb0fc40 3fab3ad8');
  expect(bits(image.slice(-1))).toEqual(['3f7a021e']);
  const picture = fillPicture(40, 50, 3);
  expect([...picture.slice(0, 6)]).toEqual([70, 88, 204, 157, 99, 172]);
  expect(picture.at(-1)).toBe(198);
  expect(fillLabels(8, 10)).toEqual([6, 9, 8, 7, 3, 6, 1, 6]);
  expect(fillLabels(4, 1000)).toEqual([846, 19, 898, 847]);
});
