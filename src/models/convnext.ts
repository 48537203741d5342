// ConvNeXt: a ResNet brought up to date by what vision transformers do; blocks of a 7x7 depthwise convolution and an inverted
// bottleneck of linear layers at each pixel.
//
// Z. Liu, H. Mao, C.-Y. Wu, C. Feichtenhofer, T. Darrell, S. Xie: A ConvNet for the 2020s, 2022, arXiv:2201.03545, table 9 (the
// networks), figure 4 (the block).

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { type PublishedRow, torchvisionWeights } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  add,
  conv2d,
  flatten,
  gelu,
  layerNorm,
  linear,
  linearOverChannels,
  mul,
  normal,
  stochasticDepth,
  zeroInit,
} from './layers.ts';

const EPS = 1e-6;
// torchvision cuts the normal law at 2, a hundred deviations out.
const start = { init: normal(0.02), biasInit: zeroInit };

/** Mix pixels, then channels, then scale each channel; `dropped` is the share of images that lose all that while training. */
export function block(at: Scope, x: Value, dropped: number): Value {
  const channels = Number(x.shape[1]);
  const scale = at.parameter('layer_scale', [channels, 1, 1], { law: 'constant', value: 1e-6 });
  const layers = at.at('block');
  let y = conv2d(layers.at(0), x, { out: channels, kernel: 7, padding: 3, groups: channels, ...start });
  y = layerNorm(layers.at(2), y, { eps: EPS });
  y = gelu(layers.at(4), linearOverChannels(layers.at(3), y, 4 * channels, start));
  y = mul(at.at('scaled'), linearOverChannels(layers.at(5), y, channels, start), scale);
  return add(at.at('add'), stochasticDepth(at.at('stochastic_depth'), y, dropped), x);
}

/** `lastDrop`: what `dropped` grows to over the blocks. */
function network(widths: readonly number[], depths: readonly number[], lastDrop: number): Build {
  return (net, image, { classes }) => {
    const features = net.at('features');
    const blocks = depths.reduce((a, b) => a + b, 0);
    let x = image;
    let done = 0;
    for (const [stage, depth] of depths.entries()) {
      const down = features.at(2 * stage);
      const out = widths[stage] ?? 0;
      if (stage === 0)
        x = layerNorm(down.at(1), conv2d(down.at(0), x, { out, kernel: 4, stride: 4, ...start }), { eps: EPS });
      else x = conv2d(down.at(1), layerNorm(down.at(0), x, { eps: EPS }), { out, kernel: 2, stride: 2, ...start });
      for (let i = 0; i < depth; i++)
        x = block(features.at(2 * stage + 1).at(i), x, (lastDrop * done++) / (blocks - 1));
    }
    const classifier = net.at('classifier');
    x = layerNorm(classifier.at(0), adaptiveAvgPool(net.at('avgpool'), x, 1), { eps: EPS });
    return linear(classifier.at(2), flatten(classifier.at(1), x), classes, start);
  };
}

function model(width: number, third: number, lastDrop: number, weights: PublishedRow): ModelSpec {
  const widths = [width, 2 * width, 4 * width, 8 * width];
  return {
    build: network(widths, [3, 3, third, 3], lastDrop),
    input: { channels: 3, size: 224, minSize: 32 },
    classes: 1000,
    weights: torchvisionWeights(weights),
  };
}

export const convnext = defineModels({
  family: 'convnext',
  paper: 'Liu, Mao, Wu, Feichtenhofer, Darrell, Xie: A ConvNet for the 2020s, 2022 (arXiv:2201.03545), table 9',
  models: {
    convnext_tiny: model(96, 9, 0.1, ['IMAGENET1K_V1', 'convnext_tiny-983f1562', null, 82.52, 96.146, 236]),
    convnext_small: model(96, 27, 0.4, ['IMAGENET1K_V1', 'convnext_small-0c510722', null, 83.616, 96.65, 230]),
    convnext_base: model(128, 27, 0.5, ['IMAGENET1K_V1', 'convnext_base-6075fbad', null, 84.062, 96.87, 232]),
    convnext_large: model(192, 27, 0.5, ['IMAGENET1K_V1', 'convnext_large-ea097f82', null, 84.414, 96.976, 232]),
  },
});
