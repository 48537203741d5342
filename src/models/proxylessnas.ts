// ProxylessNAS: MobileNet v2's blocks with kernels, expansions and depths searched on the hardware itself: GPU, CPU, phone.
//
// H. Cai, L. Zhu, S. Han: ProxylessNAS: Direct Neural Architecture Search on Target Task and Hardware, 2018,
// arXiv:1812.00332, figure 4 (the three networks). Widths, numbers of parameters and parameter names are those of the networks
// that mit-han-lab/proxylessnas published.
//
// Top-1 on ImageNet-1k is 75.1 (gpu), 75.3 (cpu) and 74.6 (mobile). No weights are listed: the authors' files carry no hash
// to check them against.

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  add,
  batchNorm,
  type Conv2dOptions,
  conv2d,
  dropout,
  flatten,
  type Layer,
  linear,
  relu6,
  type WeightInit,
  zeroInit,
} from './layers.ts';

/** Blocks that share their output channels: for each block kernel and expansion, or null where the search left it out. */
type Stage = readonly [channels: number, stride: number, ...blocks: readonly (readonly [number, number] | null)[]];

interface Network {
  readonly first: number;
  readonly stages: readonly Stage[];
  readonly last: number;
  readonly dropout: number;
}

const gpu: Network = {
  first: 40,
  stages: [
    [24, 1, [3, 1]],
    [32, 2, [5, 3], null, null, null],
    [56, 2, [7, 3], null, null, [3, 3]],
    [112, 2, [7, 6], null, null, [5, 3]],
    [128, 1, [5, 6], null, [3, 3], [5, 3]],
    [256, 2, [7, 6], [7, 6], [7, 6], [5, 6]],
    [432, 1, [7, 6]],
  ],
  last: 1728,
  dropout: 0.3,
};

const cpu: Network = {
  first: 40,
  stages: [
    [24, 1, [3, 1]],
    [32, 2, [3, 6], [3, 3], [3, 3], [3, 3]],
    [48, 2, [3, 6], [3, 3], [3, 3], [5, 3]],
    [88, 2, [3, 6], null, null, [3, 3]],
    [104, 1, [5, 6], [3, 3], [3, 3], [3, 3]],
    [216, 2, [5, 6], [5, 3], [5, 3], [3, 3]],
    [360, 1, [5, 6]],
  ],
  last: 1432,
  dropout: 0.2,
};

const mobile: Network = {
  first: 32,
  stages: [
    [16, 1, [3, 1]],
    [32, 2, [5, 3], [3, 3], null, null],
    [40, 2, [7, 3], [3, 3], [5, 3], [5, 3]],
    [80, 2, [7, 6], [5, 3], [5, 3], [5, 3]],
    [96, 1, [5, 6], [5, 3], [5, 3], [5, 3]],
    [192, 2, [7, 6], [7, 6], [7, 3], [7, 3]],
    [320, 1, [7, 6]],
  ],
  last: 1280,
  dropout: 0.1,
};

/** A depthwise filter's fan_out is one kernel here, not as many as there are filters. */
const normalFanOut: WeightInit = ([out = 1, perGroup = 1, ...kernel]) => ({
  law: 'normal',
  std: Math.sqrt(2 / ((perGroup === 1 ? 1 : out) * kernel.reduce((a, b) => a * b, 1))),
});

type UnitOptions = Conv2dOptions & { readonly kernel: number };

function unit(scope: Scope, x: Value, options: UnitOptions, activation?: Layer): Value {
  const padding = (options.kernel - 1) / 2;
  const y = conv2d(scope.at('conv'), x, { bias: false, init: normalFanOut, padding, ...options });
  const normed = batchNorm(scope.at('bn'), y, { eps: 1e-3 });
  return activation ? activation(scope.at('relu'), normed) : normed;
}

function block(scope: Scope, x: Value, kernel: number, expansion: number, out: number, stride: number): Value {
  const layers = scope.at('mobile_inverted_conv');
  const wide = Number(x.shape[1]) * expansion;
  const y = expansion === 1 ? x : unit(layers.at('inverted_bottleneck'), x, { out: wide, kernel: 1 }, relu6);
  const filtered = unit(layers.at('depth_conv'), y, { out: wide, kernel, stride, groups: wide }, relu6);
  const z = unit(layers.at('point_linear'), filtered, { out, kernel: 1 });
  return stride === 1 && x.shape[1] === out ? add(scope.at('add'), x, z) : z;
}

function network({ first, stages, last, dropout: rate }: Network): Build {
  return (net, image, { classes }) => {
    let x = unit(net.at('first_conv'), image, { out: first, kernel: 3, stride: 2 }, relu6);
    // A block that was left out keeps its number.
    let index = 0;
    for (const [channels, stride, ...blocks] of stages)
      for (const [i, choice] of blocks.entries()) {
        const scope = net.at('blocks').at(index++);
        if (choice) x = block(scope, x, ...choice, channels, i === 0 ? stride : 1);
      }
    x = unit(net.at('feature_mix_layer'), x, { out: last, kernel: 1 }, relu6);
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('global_avg_pooling'), x, 1));
    x = dropout(net.at('classifier').at('dropout'), x, rate);
    return linear(net.at('classifier').at('linear'), x, classes, { biasInit: zeroInit });
  };
}

function model(description: Network): ModelSpec {
  return {
    build: network(description),
    input: { channels: 3, size: 224, minSize: 1 },
    classes: 1000,
    weights: [],
  };
}

export const proxylessnas = defineModels({
  family: 'proxylessnas',
  paper:
    'Cai, Zhu, Han: ProxylessNAS: Direct Neural Architecture Search on Target Task and Hardware, 2018 ' +
    '(arXiv:1812.00332), figure 4',
  models: { proxyless_gpu: model(gpu), proxyless_cpu: model(cpu), proxyless_mobile: model(mobile) },
});
