// Which global pools the linear layer behind them computes, and where.

import { expect, it } from 'vitest';
import { compile, optimise } from '../../../src/runtime/compile/compile.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { input } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { dropout } from '../../../src/wgsl/dropout/dropout.ts';
import { flatten } from '../../../src/wgsl/flatten/flatten.ts';
import { linear } from '../../../src/wgsl/linear/linear.ts';
import { adaptiveAvgPool2d } from '../../../src/wgsl/pool/adaptive_avg_pool2d.ts';
import { allFacts, discrete } from '../../support/facts.ts';
import { buildModel } from '../../support/models.ts';

const image = (pixels = 7) => input('x', ['n', 64, pixels, pixels]);
const pooled = (x: Value, size = 1) => adaptiveAvgPool2d.of({ x }, { outputSize: [size, size] }, 'avgpool');
const flat = (x: Value) => flatten.of({ x }, {}, 'flatten');

function fc(x: Value): Value {
  const parameter = (name: string, shape: number[]): Value => ({
    kind: 'parameter',
    name,
    shape,
    inputs: {},
    attributes: {},
  });
  const w = parameter('fc.weight', [10, Number(x.shape[1])]);
  return linear.of({ x, w, bias: parameter('fc.bias', [10]) }, {}, 'fc');
}

/** The operators that are left. */
function made(outputs: Record<string, Value>, facts = discrete): string[] {
  return optimise(graphOf(outputs), facts).values.flatMap(({ operator }) => (operator ? [operator.name] : []));
}

const apart = ['adaptive_avg_pool2d', 'flatten', 'linear'];

it('takes in the pool, whose dropout is gone', () => {
  const x = dropout.of({ x: flat(pooled(image())) }, { p: 0.2 }, 'dropout');
  expect(print(optimise(graphOf({ y: fc(x) }), discrete))).toMatchInlineSnapshot(`
    "%0: f32[n,64,7,7] = input x
    %1: f32[n,10] = pooled_linear(%0, fc.weight, bias=fc.bias)
    y = %1"
  `);
});

it('leaves what something else reads, or the caller', () => {
  const pool = pooled(image());
  expect(made({ y: fc(flat(pool)), z: pool })).toEqual(apart);
  const flattened = flat(pool);
  expect(made({ y: fc(flattened), z: flattened })).toEqual(apart);
  expect(made({ y: fc(flattened), z: flat(pool) })).toEqual([...apart, 'flatten']);
});

it('leaves pools that are not global, and large ones', () => {
  expect(made({ y: fc(flat(pooled(image(), 2))) })).toEqual(apart);
  expect(made({ y: fc(flat(pooled(image(9)))) })).toEqual(apart);
});

it('is for GPUs', () => {
  const y = fc(flat(pooled(image())));
  for (const [name, facts] of Object.entries(allFacts))
    expect(made({ y }, facts), name).toEqual(facts.fallback ? apart : ['pooled_linear']);
});

it('saves networks a dispatch', () => {
  const last = (model: string) => compile(buildModel(model).graph, discrete).run.at(-1)?.operator;
  for (const model of ['resnet18', 'resnet50', 'mobilenet_v2', 'googlenet'])
    expect(last(model), model).toBe('pooled_linear');
  expect(last('vgg16')).toBe('linear');
});
