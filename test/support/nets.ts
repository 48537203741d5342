// Networks written by hand for the tests of graph, passes and plans: layers with parameters, and the shapes of known models.

import type { Choose } from '../../src/runtime/compile/choose_kernels.ts';
import { type Graph, graphOf } from '../../src/runtime/graph/graph.ts';
import { input, Scope } from '../../src/runtime/graph/scope.ts';
import { atBatch, type Value } from '../../src/runtime/graph/value.ts';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { batchNorm } from '../../src/wgsl/batch_norm/batch_norm.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { add } from '../../src/wgsl/elementwise/elementwise.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';

/** The plain kernel of every operator, for programs that do not change with what is fastest. */
export const plainKernels: Choose = ({ operator }) => operator?.kernels[0]?.name;

const zero = { law: 'constant', value: 0 } as const;

export interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

export function channels(x: Value): number {
  return atBatch(x.shape[1] ?? 1, 1);
}

export function conv(at: Scope, x: Value, filters: number, options: ConvOptions = {}): Value {
  const { kernel = 1, stride = 1, groups = 1, bias = false } = options;
  const pad = (kernel - 1) / 2;
  const w = at.parameter('weight', [filters, channels(x) / groups, kernel, kernel], zero);
  const inputs = { x, w, ...(bias && { bias: at.parameter('bias', [filters], zero) }) };
  return conv2d.of(inputs, { stride: [stride, stride], padding: [pad, pad, pad, pad], groups }, at.path);
}

export function norm(at: Scope, x: Value): Value {
  const vector = (name: string) => at.buffer(name, [channels(x)], zero);
  const [weight, bias] = [at.parameter('weight', [channels(x)], zero), at.parameter('bias', [channels(x)], zero)];
  const [running_mean, running_var] = [vector('running_mean'), vector('running_var')];
  return batchNorm.of({ x, weight, bias, running_mean, running_var }, {}, at.path);
}

export function dense(at: Scope, x: Value, features: number, { bias = true } = {}): Value {
  const w = at.parameter('weight', [features, channels(x)], zero);
  return linear.of({ x, w, ...(bias && { bias: at.parameter('bias', [features], zero) }) }, {}, at.path);
}

export function cat(name: string, ...parts: readonly Value[]): Value {
  return concat.of(Object.fromEntries(parts.entries()), {}, name);
}

export const image = (size = 8, depth = 8) => input('image', ['n', depth, size, size]);

/** A residual network of bottlenecks: [3, 4, 6, 3] is ResNet-50, [3, 8, 36, 3] ResNet-152. */
export function bottlenecks(blocks: readonly number[], size = 224): Graph {
  const root = Scope.root();
  let x = image(size, 3);
  const unit = (at: Scope, name: string, from: Value, filters: number, options: ConvOptions) =>
    norm(at.at(`bn${name}`), conv(at.at(`conv${name}`), from, filters, options));
  x = relu.of({ x: unit(root, '1', x, 64, { kernel: 7, stride: 2 }) }, {}, 'relu');
  x = relu.of({ x: unit(root, '2', x, 64, { kernel: 3, stride: 2 }) }, {}, 'relu');
  for (const [stage, count] of blocks.entries())
    for (let block = 0; block < count; block++) {
      const at = root.at(`layer${stage + 1}`).at(block);
      const width = 64 * 2 ** stage;
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const shortcut = block === 0 ? unit(at, '_down', x, 4 * width, { stride }) : x;
      const one = relu.of({ x: unit(at, '1', x, width, {}) }, {}, at.path);
      const two = relu.of({ x: unit(at, '2', one, width, { kernel: 3, stride }) }, {}, at.path);
      x = relu.of({ x: add.of({ a: unit(at, '3', two, 4 * width, {}), b: shortcut }, {}, at.path) }, {}, at.path);
    }
  return graphOf({ y: x });
}

/** A densely connected network: [6, 12, 48, 32] with growth 32 is DenseNet-201. */
export function denselyConnected(blocks: readonly number[], growth = 32, size = 224): Graph {
  const root = Scope.root();
  let x = conv(root.at('conv0'), image(size, 3), 2 * growth, { kernel: 7, stride: 2 });
  for (const [stage, count] of blocks.entries()) {
    for (let layer = 0; layer < count; layer++) {
      const at = root.at(`denseblock${stage + 1}`).at(`denselayer${layer + 1}`);
      const active = (name: string, from: Value) => relu.of({ x: norm(at.at(name), from) }, {}, at.path);
      const narrow = conv(at.at('conv1'), active('norm1', x), 4 * growth);
      x = cat(at.path, x, conv(at.at('conv2'), active('norm2', narrow), growth, { kernel: 3 }));
    }
    const at = root.at(`transition${stage + 1}`);
    x = conv(at.at('conv'), relu.of({ x: norm(at.at('norm'), x) }, {}, at.path), channels(x) / 2, { stride: 2 });
  }
  return graphOf({ y: x });
}
