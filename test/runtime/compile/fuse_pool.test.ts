// Which max poolings the convolution before them makes, and where.

import { expect, it } from 'vitest';
import { compile, optimise } from '../../../src/runtime/compile/compile.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { maxPool2d } from '../../../src/wgsl/pool/max_pool2d.ts';
import { allFacts, discrete } from '../../support/facts.ts';
import { buildModel } from '../../support/models.ts';
import { conv, image } from '../../support/nets.ts';

const convolved = (filters = 128, kernel = 3, stride = 1) =>
  relu.of({ x: conv(Scope.root().at('conv'), image(32, 128), filters, { kernel, stride }) }, {}, 'act');
const pool = (x: Value, attributes = {}) => maxPool2d.of({ x }, { kernel: [2, 2], ...attributes }, 'pool');

/** The operators that run on convolutions' memory. */
function made(outputs: Record<string, Value>, facts = discrete): string[] {
  const { run } = compile(graphOf(outputs), facts);
  const names = run.map(({ operator }) => operator).filter((name) => !name.includes('rows'));
  return [...new Set(names)];
}

it('takes in what follows a convolution and its ReLU', () => {
  const { values } = optimise(graphOf({ y: pool(convolved()) }), discrete);
  expect(values.at(-1)).toMatchObject({ name: 'conv', shape: ['n', 128, 16, 16], attributes: { activation: 'relu' } });
  expect(made({ y: pool(convolved()) })).toEqual(['pooled_conv2d']);
  expect(made({ y: pool(convolved(), { stride: [2, 2], padding: [0, 0, 0, 0] }) })).toEqual(['pooled_conv2d']);
});

it('leaves what something else reads, or the caller', () => {
  const shared = convolved();
  expect(made({ y: pool(shared), z: shared })).toEqual(['conv2d', 'max_pool2d']);
  expect(made({ y: pool(shared), z: conv(Scope.root().at('next'), shared, 8) })).toEqual(['conv2d', 'max_pool2d']);
});

it('leaves other windows and other convolutions', () => {
  for (const attributes of [{ kernel: [3, 3] }, { stride: [1, 1] }, { padding: [1, 1] }, { ceilMode: true }])
    expect(made({ y: pool(convolved(), attributes) }), JSON.stringify(attributes)).toEqual(['conv2d', 'max_pool2d']);
  expect(made({ y: pool(convolved(128, 5)) })).toEqual(['conv2d', 'max_pool2d']);
  expect(made({ y: pool(convolved(128, 3, 2)) })).toEqual(['conv2d', 'max_pool2d']);
  expect(made({ y: pool(convolved(16)) }), 'no work for Winograd').toEqual(['conv2d', 'max_pool2d']);
});

it('is for GPUs, but for those that multiply matrices of f16', () => {
  const y = pool(convolved());
  for (const [name, facts] of Object.entries(allFacts))
    expect(made({ y }, facts), name).toEqual(facts.fallback ? ['conv2d', 'max_pool2d'] : ['pooled_conv2d']);
  expect(made({ y }, { ...discrete, matrix: { m: 16, n: 16, k: 16 } })).toEqual(['conv2d', 'max_pool2d']);
});

it('serves VGG', () => {
  const count = (name: string) =>
    compile(buildModel('vgg16').graph, discrete).run.filter(({ kernel }) => kernel.name === name).length;
  expect(count('max_pool2d')).toBeLessThan(5);
  expect(count('max_pool2d')).toMatchInlineSnapshot(`1`);
});
