// Which depthwise convolutions and batch norms the 1x1 convolution behind them computes, and where.

import { expect, it } from 'vitest';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { hardswish, relu } from '../../../src/wgsl/activation/activation.ts';
import { allFacts, lavapipe, limited } from '../../support/facts.ts';
import { buildModel } from '../../support/models.ts';
import { conv, image, norm } from '../../support/nets.ts';

const depthwise = (x: Value, kernel = 3) =>
  norm(Scope.root().at('dn'), conv(Scope.root().at('d'), x, 16, { kernel, groups: 16 }));
const pointwise = (x: Value, filters = 24, stride = 1) => conv(Scope.root().at('p'), x, filters, { stride });
const act = (x: Value) => relu.of({ x }, {}, 'act');

/** The operators that run on convolutions' memory. */
function made(outputs: Record<string, Value>, facts = lavapipe): string[] {
  const { run } = compile(graphOf(outputs), facts);
  return run.map(({ operator }) => operator).filter((name) => name !== 'rows_to_image' && name !== 'image_to_rows');
}

it('takes in a depthwise convolution with its norm and activation', () => {
  expect(made({ y: pointwise(act(depthwise(image(8, 16)))) })).toEqual(['separable_conv2d']);
  expect(made({ y: pointwise(depthwise(image(8, 16))) })).toEqual(['separable_conv2d']);
});

it('takes in a batch norm that no convolution before it took', () => {
  expect(made({ y: pointwise(act(norm(Scope.root().at('n'), image(8, 16)))) })).toEqual(['separable_conv2d']);
});

it('leaves what something else reads, or the caller', () => {
  const shared = act(depthwise(image(8, 16)));
  expect(made({ y: pointwise(shared), z: act(shared) })).toContain('conv2d');
  expect(made({ y: pointwise(shared), z: shared })).toEqual(['conv2d', 'conv2d']);
});

it('leaves what is followed by more than two comparisons, and what is read in steps', () => {
  const x = depthwise(image(8, 16));
  expect(made({ y: pointwise(hardswish.of({ x }, {}, 'act')) })).toEqual(['conv2d', 'conv2d']);
  expect(made({ y: pointwise(x, 24, 2) })).toEqual(['conv2d', 'conv2d']);
});

it('leaves what would be computed too often', () => {
  expect(made({ y: pointwise(depthwise(image(8, 16)), 320) })).toEqual(['separable_conv2d']);
  expect(made({ y: pointwise(depthwise(image(8, 16)), 321) })).toEqual(['conv2d', 'conv2d']);
  expect(made({ y: pointwise(depthwise(image(8, 16), 5), 32) })).toEqual(['separable_conv2d']);
  expect(made({ y: pointwise(depthwise(image(8, 16), 5), 33) })).toEqual(['conv2d', 'conv2d']);
});

it('is for adapters that read texels', () => {
  const y = pointwise(act(depthwise(image(8, 16))));
  for (const [name, facts] of Object.entries(allFacts))
    expect(made({ y }, facts), name).toEqual(name === 'lavapipe' ? ['separable_conv2d'] : ['conv2d', 'conv2d']);
  expect(made({ y }, limited(lavapipe, { maxTextureDimension2D: 8 }))).toEqual(['conv2d', 'conv2d']);
});

it('serves networks of such layers whole', () => {
  const count = (model: string) => {
    const { run } = compile(buildModel(model).graph, lavapipe);
    return run.filter(({ operator }) => operator === 'separable_conv2d').length;
  };
  expect({ mobilenet_v2: count('mobilenet_v2'), densenet121: count('densenet121') }).toEqual({
    mobilenet_v2: 17,
    densenet121: 61,
  });
});
