// The operators of 1998: filters by a table of connections, and radial basis functions, against their references.

import { describe, expect, it } from 'vitest';
import { connectionTableReference } from '../../src/wgsl/connection_table/connection_table.ref.ts';
import { connectionsOf, connectionTable } from '../../src/wgsl/connection_table/connection_table.ts';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { radialBasisReference } from '../../src/wgsl/radial_basis/radial_basis.ref.ts';
import { radialBasis } from '../../src/wgsl/radial_basis/radial_basis.ts';
import { checkOperator, checkValue } from '../support/check.ts';
import { apply, filled, graphInput } from '../support/operators.ts';

describe('radial_basis', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 6],
    [2, 84, 10],
    [2, 130, 33],
  ])('of %d vectors of %d features from %d centres', async (n, features, centres) => {
    const tensors = {
      x: filled(`rbf/${features}`, [n, features], 2),
      w: filled(`rbf/${features}/w`, [centres, features], 1, 0, true),
    };
    await checkOperator(radialBasis, tensors, {}, radialBasisReference(tensors.x, tensors.w));
  });

  it('refuses centres of another size', () => {
    const tensors = { x: filled('x', [1, 6]), w: filled('w', [2, 5], 1, 0, true) };
    expect(() => apply(radialBasis, tensors, {})).toThrow(
      'radial_basis(radial_basis): centres must be [O,6] and are [2,5]',
    );
  });
});

describe('connection_table', () => {
  // The last one needs the highest bit of a mask.
  it.each([
    { table: [[0]], inputs: 1, kernel: [1, 1] },
    { table: [[0, 2], [1], [0, 1, 2], [2]], inputs: 3, kernel: [3, 3] },
    { table: [[31, 0], [5], [30, 31]], inputs: 32, kernel: [2, 5] },
  ])('gives a convolution its filters: $table', async ({ table, inputs, kernel }) => {
    // Kernels lie in the order of the input maps, whichever order the table lists them in.
    const sorted = table.map((maps) => maps.toSorted((a, b) => a - b));
    const w = filled(`table/${inputs}`, [table.flat().length, ...kernel], 0.5, 0, true);
    const x = filled(`table/${inputs}/x`, [2, inputs, 6, 7]);
    const dense = connectionTableReference(w, sorted, inputs);
    const filters = connectionTable.of({ w: graphInput('w', w) }, connectionsOf(table, inputs), 'table');
    expect(filters.shape).toEqual(dense.shape);
    const attributes = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
    const reference = conv2dReference({ x, w: { shape: dense.shape, data: dense.y } }, attributes as never);
    const value = conv2d.of({ x: graphInput('x', x), w: filters }, attributes as never, 'conv');
    await checkValue(value, { x, w }, { ...reference, granted: new Float64Array(reference.y.length) });
  });

  it('refuses kernels that are not as many as the connections', () => {
    const w = filled('w', [3, 5, 5], 1, 0, true);
    const attempt = () => apply(connectionTable, { w }, connectionsOf([[0, 1], [1], [0]], 2));
    expect(attempt).toThrow('connection_table(connection_table): weight must be [4,R,S] and is [3,5,5]');
  });
});
