// The rows of the kernel benches: what they cost, what Winograd adds up in them, and that each has a reference.
import { describe, expect, it } from 'vitest';
import { referenceOf } from '../../../bench/references.ts';
import { costOf, roofMs } from '../../../src/cli/bench/layer_cost.ts';
import { chosenLayers, type Layer, layers } from '../../../src/cli/bench/layers.ts';
import { benchReport } from '../../support/bench_reports.ts';

const all = layers(1);
const layer = (title: string): Layer => all.find((one) => one.title === title)!;

describe('layers', () => {
  it('have names of their own', () => {
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  });

  it('are chosen by a part of their names, or one of every kind', () => {
    expect(chosenLayers(1, undefined)).toHaveLength(16);
    expect(chosenLayers(1, 'maxpool').map(({ title }) => title)).toEqual([
      'max_pool2d resnet18 maxpool',
      'max_pool2d_gradient resnet18 maxpool',
    ]);
    expect(chosenLayers(1, 'nowhere')).toEqual([]);
  });

  it('have gradients among them of everything that learns', () => {
    const operators = new Set(all.map(({ value }) => value.operator!.name));
    for (const name of [
      'conv2d_weight_gradient',
      'conv2d_input_gradient',
      'linear_weight_gradient',
      'linear_input_gradient',
    ])
      expect(operators).toContain(name);
    for (const name of ['max_pool2d_gradient', 'avg_pool2d_gradient', 'adaptive_avg_pool2d_gradient'])
      expect(operators).toContain(name);
    expect(operators).toContain('batch_norm_sums');
    expect(operators).toContain('batch_norm_gradient');
  });

  it('cost what their definition says', () => {
    const conv = costOf(layer('conv2d resnet18 layer1.0.conv1'));
    expect(conv.flops).toBe(2 * 64 * 64 * 9 * 56 * 56);
    expect(conv.bytes).toBe(4 * (2 * 64 * 56 * 56 + 64 * 64 * 9 + 64));
    expect(costOf(layers(3).find(({ title }) => title === 'linear resnet18 fc')!)).toEqual({
      flops: 2 * 3 * 512 * 1000,
      bytes: 4 * (3 * 512 + 512 * 1000 + 1000 + 3 * 1000),
    });
    // Three by three windows, two apart: each pixel is in nine quarters of them.
    expect(costOf(layer('max_pool2d resnet18 maxpool')).flops).toBe(9 * 64 * 56 * 56);
    for (const one of all) expect(costOf(one).flops, one.title).toBeGreaterThan(0);
  });

  it('are held against what takes longer of arithmetic and memory', () => {
    const roof = benchReport('x', 1).roof!; // 1000 GFLOP/s, 100 GB/s
    expect(roofMs({ flops: 2e9, bytes: 1e6 }, roof)).toBe(2);
    expect(roofMs({ flops: 1e6, bytes: 3e8 }, roof)).toBe(3);
  });

  it('are the same whenever they are made', () => {
    const made = () => Object.values(layer('linear resnet18 fc').tensors()).map(({ data }) => Buffer.from(data.buffer));
    expect(Buffer.concat(made()).equals(Buffer.concat(made()))).toBe(true);
  });
});

it('every row has a reference in float64, of the shape of its result', () => {
  // One small row of every operator: the larger ones take seconds each.
  const smallest = new Map<string, Layer>();
  for (const one of all) {
    const name = one.value.operator!.name;
    const known = smallest.get(name);
    if (!known || costOf(one).flops < costOf(known).flops) smallest.set(name, one);
  }
  expect(smallest.size).toBeGreaterThan(11);
  for (const one of smallest.values()) {
    const { y, terms } = referenceOf(one, one.tensors());
    const elements = one.value.shape.reduce<number>((product, dim) => product * (dim === 'n' ? 1 : dim), 1);
    expect(y.length, one.title).toBe(elements);
    expect(terms.length, one.title).toBe(elements);
    expect(y.every(Number.isFinite), one.title).toBe(true);
  }
});
