// Scopes: names as in torch's state_dict, in the order of declaration.

import { describe, expect, it } from 'vitest';
import { GraphError } from '../../../src/runtime/errors.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';

const zero = { law: 'constant', value: 0 } as const;

describe('Scope', () => {
  it('names parameters by the path to them and keeps their order', () => {
    const root = Scope.root();
    const block = root.at('layer1').at(0);
    block.at('bn1').parameter('weight', [8], zero);
    root.parameter('first', [1], { law: 'normal', std: 0.1 });
    block.at('bn1').buffer('running_mean', [8], zero);
    root.at('layer1').at(0).at('bn1').buffer('num_batches_tracked', [], zero, { optional: true });
    expect(root.parameters.map(({ name, role, optional }) => [name, role, optional])).toEqual([
      ['layer1.0.bn1.weight', 'weight', false],
      ['first', 'weight', false],
      ['layer1.0.bn1.running_mean', 'buffer', false],
      ['layer1.0.bn1.num_batches_tracked', 'buffer', true],
    ]);
    expect(block.path).toBe('layer1.0');
    expect(block.parameters).toEqual(root.parameters);
  });

  it('gives values that carry the declared name and shape', () => {
    const root = Scope.root();
    const value = root.at('fc').parameter('weight', [10, 4], zero);
    expect(value).toMatchObject({ kind: 'parameter', name: 'fc.weight', shape: [10, 4] });
    expect(root.parameters[0]?.value).toBe(value);
  });

  it('refuses a name that is taken, wherever it was declared from', () => {
    const root = Scope.root();
    root.at('a').at('b').parameter('w', [1], zero);
    const again = () => root.at('a.b').buffer('w', [1], zero);
    expect(again).toThrow(new GraphError('duplicate_name', 'the model declares parameter a.b.w twice'));
  });

  it.each([[[0]], [[-1, 3]], [[1.5]], [[Number.NaN]], [[3, Number.POSITIVE_INFINITY]]])('refuses shape %j', (shape) => {
    const declare = () => Scope.root().parameter('w', shape, zero);
    expect(declare).toThrow(new GraphError('shape_mismatch', `parameter w has shape [${shape}]`));
  });
});
