// The check of gradient rules finds what is wrong: a rule that is another operator's, an input at a bend.

import { expect, it } from 'vitest';
import { relu, relu6, sigmoid, silu } from '../../src/wgsl/activation/activation.ts';
import { type GradientRule, gradients } from '../../src/wgsl/gradients.ts';
import { checkGradientRule } from './gradient.ts';
import { apply, filled, type TestTensor } from './operators.ts';

const at = (...values: number[]): TestTensor => ({ shape: [1, values.length], data: Float32Array.from(values) });

it('finds a rule that belongs to another operator', () => {
  const table = gradients as Record<string, GradientRule>;
  const own = table.silu!;
  const x = filled('x', [2, 3]);
  try {
    table.silu = table.gelu!;
    expect(() => checkGradientRule(apply(silu, { x }, {}), { x })).toThrow('the gradient of x, element 0 is');
  } finally {
    table.silu = own;
  }
  checkGradientRule(apply(silu, { x }, {}), { x });
});

it('finds inputs at a bend and near one', () => {
  for (const x of [at(0), at(6)]) expect(() => checkGradientRule(apply(relu6, { x }, {}), { x })).toThrow('the slope');
  for (const x of [at(1e-4), at(6.0001)])
    expect(() => checkGradientRule(apply(relu6, { x }, {}), { x })).toThrow('a bend is near');
});

it('sees slopes far below the largest', () => {
  const x = at(-30, 2);
  checkGradientRule(apply(sigmoid, { x }, {}), { x });
  checkGradientRule(apply(relu, { x }, {}), { x });
});
