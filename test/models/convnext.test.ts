// ConvNeXt: its block as it is written, what is left of it at inference, and how it starts.

import { expect, it } from 'vitest';
import { optimise } from '../../src/runtime/compile/compile.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { print } from '../../src/runtime/graph/print.ts';
import { lavapipe } from '../support/facts.ts';
import { buildModel, moduleOutput } from '../support/models.ts';

const built = buildModel('convnext_tiny');
const upTo = (module: string) => graphOf({ y: moduleOutput(built, module) });
const added = (lines: string, before: string) =>
  lines
    .split('\n')
    .slice(before.split('\n').length - 1)
    .join('\n');

it('a block is', () => {
  expect(added(print(upTo('features.1.1')), print(upTo('features.1.0')))).toMatchInlineSnapshot(`
    "%11: f32[n,96,56,56] = conv2d(%10, features.1.1.block.0.weight, bias=features.1.1.block.0.bias) stride=[1,1] padding=[3,3,3,3] dilation=[1,1] groups=96
    %12: f32[n,96,56,56] = layer_norm(%11, weight=features.1.1.block.2.weight, bias=features.1.1.block.2.bias) eps=0.000001
    %13: f32[n,384,56,56] = linear(%12, features.1.1.block.3.weight, bias=features.1.1.block.3.bias)
    %14: f32[n,384,56,56] = gelu(%13)
    %15: f32[n,96,56,56] = linear(%14, features.1.1.block.5.weight, bias=features.1.1.block.5.bias)
    %16: f32[n,96,56,56] = mul(%15, features.1.1.layer_scale)
    %17: f32[n,96,56,56] = stochastic_depth(%16) p=0.0058823529411764705
    %18: f32[n,96,56,56] = add(%17, %10)
    y = %18"
  `);
});

it('a block at inference is', () => {
  const printed = (module: string) => print(optimise(upTo(module), lavapipe));
  expect(added(printed('features.1.1'), printed('features.1.0'))).toMatchInlineSnapshot(`
    "%9: f32[n,96,56,56] = conv2d(%8, features.1.1.block.0.weight, bias=features.1.1.block.0.bias) stride=[1,1] padding=[3,3,3,3] dilation=[1,1] groups=96
    %10: f32[n,96,56,56] = layer_norm(%9, weight=features.1.1.block.2.weight, bias=features.1.1.block.2.bias) eps=0.000001
    %11: f32[n,384,56,56] = linear(%10, features.1.1.block.3.weight, bias=features.1.1.block.3.bias) activation=gelu
    %12: f32[n,96,56,56] = linear(%11, features.1.1.block.5.weight, bias=features.1.1.block.5.bias)
    %13: f32[n,96,56,56] = mul(%12, features.1.1.layer_scale)
    %14: f32[n,96,56,56] = add(%13, %8)
    y = %14"
  `);
});

it('starts as in torchvision', () => {
  const initOf = (name: string) => built.parameters.find((parameter) => parameter.name === name)?.init;
  expect(initOf('features.1.0.layer_scale')).toEqual({ law: 'constant', value: 1e-6 });
  expect(initOf('features.1.0.block.0.weight')).toEqual({ law: 'normal', std: 0.02 });
  expect(initOf('features.1.0.block.0.bias')).toEqual({ law: 'constant', value: 0 });
  expect(initOf('features.1.0.block.2.weight')).toEqual({ law: 'constant', value: 1 });
  expect(initOf('classifier.2.weight')).toEqual({ law: 'normal', std: 0.02 });
});
