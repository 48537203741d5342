// Text in columns, and profiles of times that are made up.

import { expect, it } from 'vitest';
import { profileOf } from '../../src/registry/profile.ts';
import { table } from '../../src/registry/table.ts';
import type { Dispatch } from '../../src/runtime/plan/plan.ts';
import { defineKernel } from '../../src/wgsl/kernel.ts';

const dispatch = (layer: string, flops: number, bytes: number): Dispatch => ({
  kernel: defineKernel('some_kernel', ['@compute @workgroup_size(1) fn main() {}']),
  layer,
  operator: 'conv2d',
  bindings: [],
  copies: [],
  uniforms: 0,
  grid: [1, 1, 1],
  flops,
  bytes,
});

it('table aligns columns to their longest cell, without spaces at the end', () => {
  expect(
    table(
      ['name', 'n'],
      [
        ['a', '1'],
        ['longer', '1,000'],
      ],
      'lr',
    ),
  ).toBe(['name        n', '------  -----', 'a           1', 'longer  1,000'].join('\n'));
  expect(table(['n', 'name'], [['1', 'a']], 'rl')).toBe(['n  name', '-  ----', '1  a'].join('\n'));
  expect(table(['only', 'head'], [], 'll')).toBe(['only  head', '----  ----'].join('\n'));
});

it('a profile gives rates and shares', () => {
  const profile = profileOf([
    { dispatch: dispatch('conv1', 3e9, 2e6), ms: 1.5 },
    { dispatch: dispatch('pool', 0, 5e5), ms: 0.5 },
  ]);
  expect(profile.ms).toBe(2);
  expect(profile.rows[0]).toEqual({
    layer: 'conv1',
    operator: 'conv2d',
    kernel: 'some_kernel',
    ms: 1.5,
    gflops: 2000,
    bytes: 2e6,
  });
  expect(String(profile)).toMatchInlineSnapshot(`
    "layer  kernel          ms   share  GFLOP/s    MB
    -----  -----------  -----  ------  -------  ----
    conv1  some_kernel  1.500  75.0 %  2000.00  2.00
    pool   some_kernel  0.500  25.0 %           0.50
    total               2.000"
  `);
});

it('a profile of times that the browser rounded to nothing has no rates and no shares', () => {
  const profile = profileOf([{ dispatch: dispatch('conv1', 3e9, 2e6), ms: 0 }]);
  expect(profile.rows[0]?.gflops).toBe(0);
  expect(String(profile)).not.toMatch(/NaN|Infinity/);
});
