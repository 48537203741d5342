// EfficientNet: what its blocks become, how it grows, and how it starts.

import { describe, expect, it } from 'vitest';
import { optimise } from '../../src/runtime/compile/compile.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { lavapipe } from '../support/facts.ts';
import { buildModel, moduleOutput } from '../support/models.ts';

/** The operators, with their activations, that `module` adds after optimisation to what comes `before` it. */
function operators(name: string, before: string, module: string): string[] {
  const built = buildModel(name);
  const values = (end: string) => optimise(graphOf({ y: moduleOutput(built, end) }), lavapipe).values;
  const made = values(module)
    .slice(values(before).length)
    .flatMap(({ operator, attributes, shape, inputs }) => {
      if (!operator || /^fold_/.test(operator.name)) return [];
      const more = [attributes.activation, inputs.residual && 'residual'].filter(Boolean);
      return [`${[operator.name, ...more].join(' ')} ${shape.slice(1).join('x')}`];
    });
  return made;
}

describe('a block after optimisation', () => {
  it('of the first version weighs its channels', () => {
    expect(operators('efficientnet_b0', 'features.2.0', 'features.2.1')).toEqual([
      'conv2d silu 144x56x56',
      'conv2d silu 144x56x56',
      'adaptive_avg_pool2d 144x1x1',
      'conv2d silu 6x1x1',
      'conv2d sigmoid 144x1x1',
      'mul 144x56x56',
      'conv2d residual 24x56x56',
    ]);
  });

  it('of the second is fused at first', () => {
    expect(operators('efficientnet_v2_s', 'features.2.0', 'features.2.1')).toEqual([
      'conv2d silu 192x96x96',
      'conv2d residual 48x96x96',
    ]);
    expect(operators('efficientnet_v2_s', 'features.1.0', 'features.1.1')).toEqual([
      'conv2d silu 24x192x192',
      'add 24x192x192',
    ]);
  });
});

it.each([
  ['efficientnet_b0', 1e-5],
  ['efficientnet_b4', 1e-5],
  ['efficientnet_b5', 1e-3],
  ['efficientnet_v2_s', 1e-3],
])('%s normalises with an eps of %d', (name, eps) => {
  const norms = buildModel(name).graph.values.filter(({ operator }) => operator?.name === 'batch_norm');
  expect(new Set(norms.map(({ attributes }) => attributes.eps))).toEqual(new Set([eps]));
});

it('drops more branches the deeper they are', () => {
  const dropped = buildModel('efficientnet_b0').graph.values.filter(
    ({ operator }) => operator?.name === 'stochastic_depth',
  );
  expect(dropped.map(({ name, attributes }) => [name, attributes.p])).toEqual(
    // The block's place among sixteen; those that change the shape add nothing.
    [
      ['features.2.1.stochastic_depth', 2],
      ['features.3.1.stochastic_depth', 4],
      ['features.4.1.stochastic_depth', 6],
      ['features.4.2.stochastic_depth', 7],
      ['features.5.1.stochastic_depth', 9],
      ['features.5.2.stochastic_depth', 10],
      ['features.6.1.stochastic_depth', 12],
      ['features.6.2.stochastic_depth', 13],
      ['features.6.3.stochastic_depth', 14],
    ].map(([name, place]) => [name, (0.2 * Number(place)) / 16]),
  );
});

it('starts as in torchvision', () => {
  const { parameters } = buildModel('efficientnet_b0');
  const initOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.init;
  expect(initOf('features.1.0.block.0.0.weight')).toEqual({ law: 'normal', std: Math.sqrt(2 / (32 * 9)) });
  expect(initOf('features.1.0.block.1.fc1.weight')).toEqual({ law: 'normal', std: Math.sqrt(2 / 8) });
  expect(initOf('features.1.0.block.1.fc1.bias')).toEqual({ law: 'constant', value: 0 });
  expect(initOf('classifier.1.weight')).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(1000) });
  expect(initOf('classifier.1.bias')).toEqual({ law: 'constant', value: 0 });
});
