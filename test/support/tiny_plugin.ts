// A third party's plugin, written against the public face alone: small networks that use what real ones use.

import {
  type Build,
  defineModels,
  layers,
  type ModelSpec,
  type StateDict,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { build, defaults } from '../../src/registry/build.ts';
import { fillImage, fillParameter } from './fill.ts';

const { adaptiveAvgPool, add, batchNorm, concat, conv2d, dropout, flatten, linear, maxPool, relu } = layers;

/** A stem with a pool, a residual block, two branches side by side, and a head. */
const branches: Build = (net, image, { classes }) => {
  const conv = (name: string, x: typeof image, out: number, kernel: number) => {
    const padding = (kernel - 1) / 2;
    const y = conv2d(net.at(name).at('conv'), x, { out, kernel, padding, bias: false });
    return batchNorm(net.at(name).at('bn'), y);
  };
  let x = relu(net.at('stem').at('relu'), conv('stem', image, 8, 3));
  x = maxPool(net.at('pool'), x, { kernel: 3, stride: 2, padding: 1 });
  x = relu(net.at('block').at('relu'), add(net.at('block').at('add'), conv('block', x, 8, 3), x));
  x = concat(net.at('cat'), [conv('left', x, 4, 1), conv('right', x, 8, 3)]);
  x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
  return linear(net.at('fc'), dropout(net.at('drop'), x, 0.2), classes);
};

/** A linear layer of 192 KiB, as a stand-in for VGG's of 411 MB. */
const wide: Build = (net, image, { classes }) => {
  const x = relu(net.at('relu'), conv2d(net.at('conv'), image, { out: 1, kernel: 1 }));
  return linear(
    net.at('fc'),
    relu(net.at('relu1'), linear(net.at('hidden'), flatten(net.at('flatten'), x), 192)),
    classes,
  );
};

const input = { channels: 3, size: 16, minSize: 8 };

export const CLASSES = ['ash', 'birch', 'cedar', 'elder', 'fir', 'hazel', 'ivy'] as const;

export const tiny = defineModels({
  family: 'tiny',
  paper: 'none',
  models: {
    tiny_branches: { build: branches, input, classes: CLASSES.length, weights: [] },
    tiny_wide: { build: wide, input, classes: 5, weights: [] },
  },
});

/** A model of the plugin, for tests that change a field of it. */
export function tinySpec(name: 'tiny_branches' | 'tiny_wide' = 'tiny_branches'): ModelSpec {
  const spec = tiny.models[name];
  if (!spec) throw new Error(`the tiny plugin has no ${name}`);
  return spec;
}

/** Weights of a tiny model, filled by name; `classes` and `name` as the model is built. */
export function tinyState(
  name: 'tiny_branches' | 'tiny_wide' = 'tiny_branches',
  classes = tinySpec(name).classes,
): StateDict {
  const spec = tinySpec(name);
  const { parameters } = build(spec, { ...defaults(spec), classes });
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [name, { shape, data: new Float32Array(fillParameter(name, shape)) }]),
  );
}

/** A batch of images that all differ. */
export function tinyBatch(n: number, first = 0): Tensor {
  const images = Array.from({ length: n }, (_, i) => fillImage([1, 3, 16, 16], `tiny/${first + i}`));
  const data = new Float32Array(n * 3 * 16 * 16);
  for (const [i, image] of images.entries()) data.set(image, i * image.length);
  return tensor(data, [n, 3, 16, 16]);
}
