// The gradient rules of what works element by element, in float64 against central differences.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import * as activations from '../../src/wgsl/activation/activation.ts';
import { type Differentiable, differentiable } from '../../src/wgsl/activation/activation_gradient.ts';
import { prelu } from '../../src/wgsl/activation/prelu.ts';
import * as rareActivations from '../../src/wgsl/activation/rare_activations.ts';
import { affine } from '../../src/wgsl/affine/affine.ts';
import { add, mul } from '../../src/wgsl/elementwise/elementwise.ts';
import { checkGradientRule } from '../support/gradient.ts';
import { type AnyOperator, apply, filled, type TestTensor } from '../support/operators.ts';

const byName = new Map<string, AnyOperator>(
  [...Object.values(activations), ...Object.values(rareActivations)].map((operator) => [operator.name, operator]),
);

// Where slopes jump; elu's does not, but its curvature does.
const bends: Partial<Record<Differentiable | 'prelu', readonly number[]>> = {
  relu: [0],
  relu6: [0, 6],
  leaky_relu: [0],
  elu: [0],
  hardsigmoid: [-3, 3],
  hardswish: [-3, 3],
  prelu: [0],
};

/** Numbers within `scale`, none of them near a bend. */
function smooth(key: string, shape: readonly number[], scale: number, at: readonly number[] = []): TestTensor {
  const tensor = filled(key, shape, scale);
  const data = tensor.data.map((v) => (at.some((bend) => Math.abs(v - bend) < 0.01) ? v + 0.02 : v));
  return { ...tensor, data };
}

const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 4 })),
  fc.tuple(...[2, 4, 2, 2].map((max) => fc.integer({ min: 1, max }))),
) as fc.Arbitrary<number[]>;
const runs = { numRuns: 20, seed: 4 };

describe('activations', () => {
  it.each(differentiable)('%s', (name) => {
    const scale = name === 'gelu' ? 3 : 8;
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, seed) => {
        const x = smooth(`${name}/${seed}`, shape, scale, bends[name]);
        checkGradientRule(apply(byName.get(name)!, { x }, {}), { x });
      }),
      runs,
    );
  });

  it.each([0.2, 1, 0, -0.5])('leaky_relu of slope %f', (slope) => {
    const x = smooth('leaky', [2, 3, 2, 2], 2, bends.leaky_relu);
    checkGradientRule(apply(activations.leakyRelu, { x }, { slope }), { x });
  });

  it.each([0, 0.5, 2])('elu of alpha %f', (alpha) => {
    const x = smooth('elu', [2, 3, 2, 2], 2, bends.elu);
    checkGradientRule(apply(rareActivations.elu, { x }, { alpha }), { x });
  });

  it('prelu of one slope, and of one for each channel', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.boolean(), (shape, seed, all) => {
        const x = smooth(`prelu/${seed}`, shape, 2, bends.prelu);
        const weight = filled(`prelu/w/${seed}`, [all ? 1 : shape[1]!], 0.5, 0.25, true);
        checkGradientRule(apply(prelu, { x, weight }, {}), { x, weight });
      }),
      runs,
    );
  });
});

describe('affine', () => {
  it('by one factor, and by one for each channel', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.boolean(), (shape, seed, all) => {
        const x = filled(`affine/${seed}`, shape);
        const constants = (key: string) => [...filled(`affine/${key}/${seed}`, [all ? 1 : shape[1]!], 2).data];
        checkGradientRule(apply(affine, { x }, { scale: constants('scale'), shift: constants('shift') }), { x });
      }),
      runs,
    );
  });
});

/** An operand of a result of this shape: an activation that repeats in some dimensions, or a parameter with fewer of them. */
const operands = (shape: readonly number[]) =>
  fc.record({
    ones: fc.tuple(...shape.map(() => fc.boolean())),
    parameter: fc.boolean(),
    rank: fc.integer({ min: 1, max: shape.length }),
  });

describe.each(['add', 'mul'] as const)('%s', (name) => {
  const operator = { add, mul }[name];

  it('of operands that repeat', () => {
    const cases = shapes.chain((shape) => fc.tuple(fc.constant(shape), operands(shape), fc.nat(), fc.boolean()));
    fc.assert(
      fc.property(cases, ([shape, { ones, parameter, rank }, seed, swap]) => {
        // An activation keeps the batch; a parameter may lack it, and the dimensions after it.
        const repeated = shape.map((dim, axis) => (ones[axis] && (parameter || axis > 0) ? 1 : dim));
        const smaller = parameter ? (rank === shape.length ? repeated.with(0, 1) : repeated.slice(-rank)) : repeated;
        const whole = filled(`whole/${seed}`, shape);
        const other = filled(`other/${seed}`, smaller, 1, 0, parameter);
        const tensors = swap ? { a: other, b: whole } : { a: whole, b: other };
        checkGradientRule(apply(operator, tensors, {}), tensors);
      }),
      { ...runs, numRuns: 60 },
    );
  });

  it('of two activations that each repeat', () => {
    const tensors = { a: filled('a', [2, 3, 1, 1]), b: filled('b', [2, 3, 4, 1]) };
    checkGradientRule(apply(operator, tensors, {}), tensors);
    const both = { a: filled('a', [2, 1, 3, 2]), b: filled('b', [2, 4, 1, 2]) };
    checkGradientRule(apply(operator, both, {}), both);
  });

  it('of a value with itself', () => {
    const a = filled('twice', [2, 3, 2, 1]);
    const x = apply(operator, { a, b: a }, {}).inputs.a!;
    checkGradientRule(operator.of({ a: x, b: x }, {}, 'twice'), { a });
  });
});
