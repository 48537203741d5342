// Mobile networks: what their blocks become, their choices of width and depth, and how they start.

import { describe, expect, it } from 'vitest';
import { compile, optimise } from '../../src/runtime/compile/compile.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { print } from '../../src/runtime/graph/print.ts';
import { lavapipe, swiftshader } from '../support/facts.ts';
import { buildModel, moduleOutput } from '../support/models.ts';

/** The lines that `module` adds to the optimised graph of what comes `before` it, without those of folded weights. */
function optimised(name: string, before: string, module: string): string {
  const built = buildModel(name);
  const lines = (end: string) => print(optimise(graphOf({ y: moduleOutput(built, end) }), swiftshader)).split('\n');
  const prefix = lines(before).length - 1;
  return lines(module)
    .slice(prefix)
    .filter((line) => !/fold_(weight|bias)/.test(line))
    .map((line) => line.replace(/ stride=.*? groups/, ' … groups'))
    .join('\n');
}

describe('a block after optimisation', () => {
  it('of MobileNet v2 is three convolutions', () => {
    expect(optimised('mobilenet_v2', 'features.2', 'features.3')).toMatchInlineSnapshot(`
      "%21: f32[n,144,56,56] = conv2d(%18, %19, bias=%20) … groups=1 activation=relu6
      %24: f32[n,144,56,56] = conv2d(%21, %22, bias=%23) … groups=144 activation=relu6
      %27: f32[n,24,56,56] = conv2d(%24, %25, bias=%26, residual=%18) … groups=1
      y = %27"
    `);
  });

  it('of MobileNet v3 has squeeze-excitation between two of them', () => {
    expect(optimised('mobilenet_v3_small', 'features.4', 'features.5')).toMatchInlineSnapshot(`
      "%47: f32[n,240,14,14] = conv2d(%44, %45, bias=%46) … groups=1 activation=hardswish
      %50: f32[n,240,14,14] = conv2d(%47, %48, bias=%49) … groups=240 activation=hardswish
      %51: f32[n,240,1,1] = adaptive_avg_pool2d(%50) outputSize=[1,1]
      %52: f32[n,64,1,1] = conv2d(%51, features.5.block.2.fc1.weight, bias=features.5.block.2.fc1.bias) … groups=1 activation=relu
      %53: f32[n,240,1,1] = conv2d(%52, features.5.block.2.fc2.weight, bias=features.5.block.2.fc2.bias) … groups=1 activation=hardsigmoid
      %54: f32[n,240,14,14] = mul(%50, %53)
      %57: f32[n,40,14,14] = conv2d(%54, %55, bias=%56, residual=%44) … groups=1
      y = %57"
    `);
  });

  it('of ShuffleNet v2 begins by moving channels', () => {
    expect(optimised('shufflenet_v2_x1_0', 'stage2.0', 'stage2.1')).toMatchInlineSnapshot(`
      "%21: f32[n,58,28,28] = interleave(%10, %19) from=58 to=116
      %24: f32[n,58,28,28] = conv2d(%21, %22, bias=%23) … groups=1 activation=relu
      %27: f32[n,58,28,28] = conv2d(%24, %25, bias=%26) … groups=58
      %30: f32[n,58,28,28] = conv2d(%27, %28, bias=%29) … groups=1 activation=relu
      %31: f32[n,116,28,28] = interleave(%20, %30) from=0 to=116
      y = %31"
    `);
  });
});

const mobile = ['mobilenet_v2', 'mobilenet_v3_large', 'shufflenet_v2_x1_0', 'mnasnet1_0', 'proxyless_gpu'];

it.each(mobile)('%s takes one dispatch for a convolution with all that follows it', (name) => {
  const { graph } = buildModel(name);
  const count = (names: readonly (string | undefined)[], wanted: string) =>
    names.filter((name) => name === wanted).length;
  const convolutions = graph.values.filter(({ operator }) => operator?.name === 'conv2d').length;
  for (const facts of [lavapipe, swiftshader]) {
    const operators = optimise(graph, facts).values.map(({ operator }) => operator?.name);
    for (const fused of ['batch_norm', 'relu', 'relu6', 'hardswish', 'hardsigmoid', 'add'])
      expect(count(operators, fused), fused).toBe(0);
    const steps = compile(graph, facts).run.map(({ operator }) => operator);
    // One that takes in a depthwise convolution counts for both.
    expect(count(steps, 'conv2d') + 2 * count(steps, 'separable_conv2d')).toBe(convolutions);
  }
});

describe('MobileNet v2', () => {
  const parameters = (width: number) => {
    const built = buildModel('mobilenet_v2', { config: { width } });
    const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
    return built.parameters.filter(({ role }) => role === 'weight').reduce((sum, { shape }) => sum + count(shape), 0);
  };

  it.each([
    [0.5, 1_968_680],
    [1, 3_504_872],
    [1.4, 6_108_776],
  ])('of width %f has %i parameters', (width, expected) => {
    expect(parameters(width)).toBe(expected);
  });

  it('rounds widths to eights, and up where that takes a tenth away', () => {
    const { parameters } = buildModel('mobilenet_v2', { config: { width: 0.35 } });
    const filters = (name: string) => parameters.find((parameter) => parameter.name === name)?.shape[0];
    expect(filters('features.0.0.weight')).toBe(16);
    expect(filters('features.1.conv.1.weight')).toBe(8);
    expect(filters('features.4.conv.2.weight')).toBe(16);
    expect(filters('features.18.0.weight')).toBe(1280);
  });
});

describe('ProxylessNAS', () => {
  it('keeps the numbers of blocks that the search left out', () => {
    const { parameters } = buildModel('proxyless_gpu');
    const blocks = new Set(parameters.map(({ name }) => name.match(/^blocks\.(\d+)/)?.[1]).filter(Boolean));
    expect([...blocks].map(Number)).toEqual([0, 1, 5, 8, 9, 12, 13, 15, 16, 17, 18, 19, 20, 21]);
    const names = parameters.map(({ name }) => name).filter((name) => /^blocks\.1\..*weight$/.test(name));
    expect(names).toEqual([
      'blocks.1.mobile_inverted_conv.inverted_bottleneck.conv.weight',
      'blocks.1.mobile_inverted_conv.inverted_bottleneck.bn.weight',
      'blocks.1.mobile_inverted_conv.depth_conv.conv.weight',
      'blocks.1.mobile_inverted_conv.depth_conv.bn.weight',
      'blocks.1.mobile_inverted_conv.point_linear.conv.weight',
      'blocks.1.mobile_inverted_conv.point_linear.bn.weight',
    ]);
  });

  // Parameters as counted in the published networks; multiply-adds of the phone's one as in the paper's table 4.
  it.each([
    ['proxyless_gpu', 7_119_848, 465],
    ['proxyless_cpu', 4_361_648, 439],
    ['proxyless_mobile', 4_080_512, 320],
  ])('%s has %i parameters and takes %i million multiply-adds', (name, expected, millions) => {
    const { parameters, graph } = buildModel(name);
    const trained = parameters.filter(({ role }) => role === 'weight');
    expect(trained.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(expected);
    const macs = graph.values.reduce((sum, value) => sum + (value.operator?.macs(value) ?? 0), 0);
    expect(Math.round(macs / 1e6)).toBe(millions);
  });
});

describe('initial values', () => {
  const initOf = (model: string, name: string) =>
    buildModel(model).parameters.find((parameter) => parameter.name === name)?.init;

  it.each([
    ['mobilenet_v2', 'features.2.conv.1.0.weight', { law: 'normal', std: Math.sqrt(2 / (96 * 9)) }],
    ['mobilenet_v2', 'classifier.1.weight', { law: 'normal', std: 0.01 }],
    ['mobilenet_v2', 'classifier.1.bias', { law: 'constant', value: 0 }],
    ['mobilenet_v3_small', 'features.1.block.1.fc1.weight', { law: 'normal', std: Math.sqrt(2 / 8) }],
    ['mobilenet_v3_small', 'features.1.block.1.fc2.bias', { law: 'constant', value: 0 }],
    ['shufflenet_v2_x1_0', 'stage2.0.branch1.0.weight', { law: 'uniform', bound: 1 / 3 }],
    ['mnasnet1_0', 'classifier.1.weight', { law: 'uniform', bound: Math.sqrt(3 / 1000) }],
    ['proxyless_gpu', 'blocks.0.mobile_inverted_conv.depth_conv.conv.weight', { law: 'normal', std: Math.sqrt(2 / 9) }],
  ])('of %s: %s', (model, name, expected) => {
    expect(initOf(model, name)).toEqual(expected);
  });
});
