// Broadcast addition and multiplication, flatten, and linear layers against their references.

import { describe, expect, it } from 'vitest';
import { elementwiseReference } from '../../src/wgsl/elementwise/elementwise.ref.ts';
import { add, mul } from '../../src/wgsl/elementwise/elementwise.ts';
import { flattenReference } from '../../src/wgsl/flatten/flatten.ref.ts';
import { flatten } from '../../src/wgsl/flatten/flatten.ts';
import { linearReference } from '../../src/wgsl/linear/linear.ref.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';
import { checkEmbedded, checkOperator } from '../support/check.ts';
import { apply, filled } from '../support/operators.ts';

const twins = { add, mul } as const;
describe('flatten and linear', () => {
  it.each([[[1, 1, 1, 1]], [[3, 5, 3, 2]], [[2, 12, 1, 1]], [[2, 6]]])('of %s', async (shape) => {
    const x = filled(`flatten/${shape.join('x')}`, shape);
    await checkOperator(flatten, { x }, {}, flattenReference(x));
  });

  it.each([
    [1, 1, 1],
    [3, 5, 12],
    [2, 130, 33],
  ])('%d images of %d features to %d', async (n, features, out) => {
    const tensors = {
      x: filled(`linear/${features}`, [n, features]),
      w: filled(`linear/${features}/w`, [out, features], 0.5, 0, true),
      bias: filled(`linear/${features}/b`, [out], 0.5, 0, true),
    };
    await checkOperator(linear, tensors, {}, linearReference(tensors.x, tensors.w, tensors.bias));
  });

  it.each([
    [[3, 5, 3, 2], 12],
    [[1, 24, 7, 5], 96],
  ])('over the channels of %s to %d', async (shape, out) => {
    const key = `linear/${shape.join('x')}`;
    const w = filled(`${key}/w`, [out, shape[1]!], 0.5, 0, true);
    const bias = filled(`${key}/b`, [out], 0.5, 0, true);
    const x = filled(key, shape);
    await checkOperator(linear, { x, w, bias }, {}, linearReference(x, w, bias));
    const residual = filled(`${key}/r`, shape.with(1, out));
    const sum = linearReference(x, w, bias);
    const y = sum.y.map((v, i) => v + residual.data[i]!);
    const terms = sum.terms.map((v, i) => v + Math.abs(residual.data[i]!));
    await checkOperator(linear, { x, w, bias, residual }, {}, { ...sum, y, terms });
  });

  it('refuse weights of another size', () => {
    const tensors = { x: filled('x', [1, 6]), w: filled('w', [2, 5], 1, 0, true) };
    expect(() => apply(linear, tensors, {})).toThrow(
      'linear(linear): weight expects 5 input features, input has 6 ([n,6])',
    );
  });
});

describe.each(['add', 'mul'] as const)('%s', (name) => {
  it.each([
    { a: [3, 5, 3, 2], b: [3, 5, 3, 2] },
    { a: [2, 12, 2, 3], b: [2, 12, 1, 1] },
    { a: [2, 5, 1, 1], b: [2, 5, 4, 1] },
    { a: [2, 6, 3, 2], b: [6, 1, 1], parameter: true },
    { a: [2, 20, 1, 2], b: [1, 20, 1, 1], parameter: true },
    { a: [2, 5, 2, 2], b: [1], parameter: true },
    { a: [2, 3, 4, 5], b: [4, 5], parameter: true },
    { a: [3, 7], b: [7], parameter: true },
    { a: [3, 7], b: [3, 7] },
    { a: [2, 4, 3, 3], b: [2, 1, 3, 3] },
  ])('of $a and $b', async ({ a, b, parameter = false }) => {
    const tensors = { a: filled(`${name}/a/${a}`, a), b: filled(`${name}/b/${b}`, b, 1, 0, parameter) };
    await checkOperator(twins[name], tensors, {}, elementwiseReference(name, tensors.a, tensors.b));
    const swapped = { a: tensors.b, b: tensors.a };
    await checkOperator(twins[name], swapped, {}, elementwiseReference(name, tensors.b, tensors.a));
  });

  it('reads and writes slices of other images', async () => {
    const b = filled(`${name}/embedded`, [2, 8, 1, 5]);
    await checkEmbedded(twins[name], {}, (a) => elementwiseReference(name, a, b), { input: 'a', others: { b } });
    const a = filled(`${name}/embedded`, [2, 1, 6, 1]);
    await checkEmbedded(twins[name], {}, (x) => elementwiseReference(name, a, x), { input: 'b', others: { a } });
  });

  it('refuses shapes that do not broadcast', () => {
    const of = (a: number[], b: number[]) => () => apply(twins[name], { a: filled('a', a), b: filled('b', b) }, {});
    expect(of([1, 4, 3, 3], [1, 5, 1, 1])).toThrow('[n,4,3,3] and [n,5,1,1] do not broadcast');
    expect(of([1, 4], [1, 4, 1, 1])).toThrow('one of the operands must be an activation, and the result is [n,4,n,4]');
  });
});
