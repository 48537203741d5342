// The shape of the built-in models: how they begin, what each stage gives, and how many multiply-adds they take.

import { describe, expect, it } from 'vitest';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { print } from '../../src/runtime/graph/print.ts';
import { buildModel, models, moduleOutput } from '../support/models.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

it('resnet18 begins', () => {
  const y = moduleOutput(buildModel('resnet18'), 'layer1.0');
  expect(print(graphOf({ y }))).toMatchInlineSnapshot(`
    "%0: f32[n,3,224,224] = input image
    %1: f32[n,64,112,112] = conv2d(%0, conv1.weight) stride=[2,2] padding=[3,3,3,3] dilation=[1,1] groups=1
    %2: f32[n,64,112,112] = batch_norm(%1, weight=bn1.weight, bias=bn1.bias, running_mean=bn1.running_mean, running_var=bn1.running_var) eps=0.00001 momentum=0.1
    %3: f32[n,64,112,112] = relu(%2)
    %4: f32[n,64,56,56] = max_pool2d(%3) kernel=[3,3] stride=[2,2] padding=[1,1,1,1] dilation=[1,1]
    %5: f32[n,64,56,56] = conv2d(%4, layer1.0.conv1.weight) stride=[1,1] padding=[1,1,1,1] dilation=[1,1] groups=1
    %6: f32[n,64,56,56] = batch_norm(%5, weight=layer1.0.bn1.weight, bias=layer1.0.bn1.bias, running_mean=layer1.0.bn1.running_mean, running_var=layer1.0.bn1.running_var) eps=0.00001 momentum=0.1
    %7: f32[n,64,56,56] = relu(%6)
    %8: f32[n,64,56,56] = conv2d(%7, layer1.0.conv2.weight) stride=[1,1] padding=[1,1,1,1] dilation=[1,1] groups=1
    %9: f32[n,64,56,56] = batch_norm(%8, weight=layer1.0.bn2.weight, bias=layer1.0.bn2.bias, running_mean=layer1.0.bn2.running_mean, running_var=layer1.0.bn2.running_var) eps=0.00001 momentum=0.1
    %10: f32[n,64,56,56] = add(%9, %4)
    %11: f32[n,64,56,56] = relu(%10)
    y = %11"
  `);
});

it('a block that changes the shape projects its input', () => {
  const built = buildModel('resnext50_32x4d');
  const lines = print(graphOf({ y: moduleOutput(built, 'layer2.0') })).split('\n');
  const before = print(graphOf({ y: moduleOutput(built, 'layer1.2') })).split('\n').length - 1;
  expect(lines.slice(before).join('\n')).toMatchInlineSnapshot(`
    "%37: f32[n,256,56,56] = conv2d(%36, layer2.0.conv1.weight) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
    %38: f32[n,256,56,56] = batch_norm(%37, weight=layer2.0.bn1.weight, bias=layer2.0.bn1.bias, running_mean=layer2.0.bn1.running_mean, running_var=layer2.0.bn1.running_var) eps=0.00001 momentum=0.1
    %39: f32[n,256,56,56] = relu(%38)
    %40: f32[n,256,28,28] = conv2d(%39, layer2.0.conv2.weight) stride=[2,2] padding=[1,1,1,1] dilation=[1,1] groups=32
    %41: f32[n,256,28,28] = batch_norm(%40, weight=layer2.0.bn2.weight, bias=layer2.0.bn2.bias, running_mean=layer2.0.bn2.running_mean, running_var=layer2.0.bn2.running_var) eps=0.00001 momentum=0.1
    %42: f32[n,256,28,28] = relu(%41)
    %43: f32[n,512,28,28] = conv2d(%42, layer2.0.conv3.weight) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
    %44: f32[n,512,28,28] = batch_norm(%43, weight=layer2.0.bn3.weight, bias=layer2.0.bn3.bias, running_mean=layer2.0.bn3.running_mean, running_var=layer2.0.bn3.running_var) eps=0.00001 momentum=0.1
    %45: f32[n,512,28,28] = conv2d(%36, layer2.0.downsample.0.weight) stride=[2,2] padding=[0,0,0,0] dilation=[1,1] groups=1
    %46: f32[n,512,28,28] = batch_norm(%45, weight=layer2.0.downsample.1.weight, bias=layer2.0.downsample.1.bias, running_mean=layer2.0.downsample.1.running_mean, running_var=layer2.0.downsample.1.running_var) eps=0.00001 momentum=0.1
    %47: f32[n,512,28,28] = add(%44, %46)
    %48: f32[n,512,28,28] = relu(%47)
    y = %48"
  `);
});

it('lenet5 is', () => {
  expect(print(buildModel('lenet5').graph)).toMatchInlineSnapshot(`
    "%0: f32[n,1,28,28] = input image
    %1: f32[n,6,28,28] = conv2d(%0, conv1.weight, bias=conv1.bias) stride=[1,1] padding=[2,2,2,2] dilation=[1,1] groups=1
    %2: f32[n,6,28,28] = tanh(%1)
    %3: f32[n,6,14,14] = avg_pool2d(%2) kernel=[2,2] padding=[0,0,0,0] countIncludePad=true
    %4: f32[n,16,10,10] = conv2d(%3, conv2.weight, bias=conv2.bias) stride=[1,1] padding=[0,0,0,0] dilation=[1,1] groups=1
    %5: f32[n,16,10,10] = tanh(%4)
    %6: f32[n,16,5,5] = avg_pool2d(%5) kernel=[2,2] padding=[0,0,0,0] countIncludePad=true
    %7: f32[n,400] = flatten(%6)
    %8: f32[n,120] = linear(%7, fc1.weight, bias=fc1.bias)
    %9: f32[n,120] = tanh(%8)
    %10: f32[n,84] = linear(%9, fc2.weight, bias=fc2.bias)
    %11: f32[n,84] = tanh(%10)
    %12: f32[n,10] = linear(%11, fc3.weight, bias=fc3.bias)
    logits = %12"
  `);
});

const residual = Object.keys(models).filter((name) => /^(wide_)?resne/.test(name) && models[name]!.input.size === 224);

it.each(residual)('%s halves the image from stage to stage', (name) => {
  const built = buildModel(name);
  const deep = !['resnet18', 'resnet34'].includes(name);
  const sizes = ['maxpool', 'layer1', 'layer2', 'layer3', 'layer4', 'avgpool'].map(
    (module) => moduleOutput(built, module).shape,
  );
  const wide = deep ? 4 : 1;
  expect(sizes).toEqual([
    ['n', 64, 56, 56],
    ['n', 64 * wide, 56, 56],
    ['n', 128 * wide, 28, 28],
    ['n', 256 * wide, 14, 14],
    ['n', 512 * wide, 7, 7],
    ['n', 512 * wide, 1, 1],
  ]);
  expect(built.logits.shape).toEqual(['n', 1000]);
});

it.each(Object.keys(models))('%s takes the smallest image it says and any number of classes', (name) => {
  const { logits } = buildModel(name, { size: models[name]!.input.minSize, classes: 7 });
  expect(logits.shape).toEqual(['n', 7]);
});

it('lenet5 says which layer a smaller image does not fit', () => {
  expect(() => buildModel('lenet5', { size: 4 })).toThrow(
    'conv2d(conv2): kernel 5x5 does not fit into input [n,6,2,2]',
  );
});

describe('multiply-adds', async () => {
  interface Counted {
    readonly gflops: number;
    readonly transform: { readonly crop: number };
  }
  const facts = await sharedJson<{ models: Record<string, { weights: Record<string, Counted> }> }>(
    'oracle/hub-facts.json',
  );
  if (!facts) it('are those of torchvision', (context) => context.skip(SHARED_MISSING));

  const published = Object.keys(facts?.models ?? {}).filter((name) => models[name]);
  it.each(published)('of %s are those of torchvision', (name) => {
    for (const { gflops, transform } of Object.values(facts!.models[name]!.weights)) {
      const { values } = buildModel(name, { size: transform.crop }).graph;
      const macs = values.reduce((sum, value) => sum + (value.operator?.macs(value) ?? 0), 0);
      expect(round(macs / 1e9)).toBe(gflops);
    }
  });
});

/** torchvision gives three decimals. */
const round = (giga: number) => Math.round(giga * 1000) / 1000;
