// A peer in training: TensorFlow.js on WebGPU, LeNet-5 and ResNet-18 in its core operators, which take any padding.

import { requirePeer, versionOfPeer } from './peers.ts';
import { MOMENTUM, permuted, RATE, type Step, type Task } from './training_task.ts';

interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface TfVariable extends TfTensor {
  assign(value: TfTensor): void;
}

type Unary = (x: TfTensor) => TfTensor;
type Binary = (x: TfTensor, y: TfTensor | number) => TfTensor;

/** As much of TensorFlow.js as is used here. */
interface Tf {
  setBackend(name: 'webgpu'): Promise<boolean>;
  tensor(data: Float32Array | readonly number[], shape: readonly number[], dtype?: 'int32'): TfTensor;
  variable(initial: TfTensor, trainable: boolean): TfVariable;
  tidy<T>(work: () => T): T;
  oneHot(labels: TfTensor, classes: number): TfTensor;
  readonly relu: Unary;
  readonly tanh: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  mean(x: TfTensor, axes: number[]): TfTensor;
  matMul(x: TfTensor, w: TfTensor): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  conv2d(x: TfTensor, w: TfTensor, stride: number, padding: number): TfTensor;
  avgPool(x: TfTensor, window: number, stride: number, padding: number): TfTensor;
  maxPool(x: TfTensor, window: number, stride: number, padding: number): TfTensor;
  moments(x: TfTensor, axes: number[]): { readonly mean: TfTensor; readonly variance: TfTensor };
  batchNorm(
    x: TfTensor,
    mean: TfTensor,
    variance: TfTensor,
    offset: TfTensor,
    scale: TfTensor,
    epsilon: number,
  ): TfTensor;
  readonly losses: { softmaxCrossEntropy(targets: TfTensor, logits: TfTensor): TfTensor };
  readonly train: {
    momentum(rate: number, momentum: number): { minimize(loss: () => TfTensor, returnCost: true): TfTensor };
  };
}

type Variables = Readonly<Record<string, TfVariable>>;

const EPSILON = 1e-5;
/** What a batch counts in the running statistics. */
const SHARE = 0.1;

export const tfjs = {
  models: ['lenet5', 'resnet18'],
  version: () => versionOfPeer('@tensorflow/tfjs-core'),
  /** `navigator.gpu` must be there before. */
  async open(task: Task): Promise<Step> {
    const tf = requirePeer('@tensorflow/tfjs-core') as Tf;
    requirePeer('@tensorflow/tfjs-layers'); // this is what registers the gradients
    requirePeer('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
    const { state, name } = task.network;
    const variables: Variables = Object.fromEntries(
      Object.entries(state).map(([key, { shape, data }]) => [key, variable(tf, key, data, shape)]),
    );
    const network = name === 'lenet5' ? lenet5 : resnet18;
    const optimizer = tf.train.momentum(RATE, MOMENTUM);
    const images = channelsLast(task.images, task.shape);
    return async () => {
      const loss = tf.tidy(() => {
        const x = tf.tensor(images.data, images.shape);
        const targets = tf.oneHot(tf.tensor(task.labels, [task.batch], 'int32'), task.classes);
        return optimizer.minimize(() => tf.losses.softmaxCrossEntropy(targets, network(tf, variables, x)), true);
      });
      const value = (await loss.data())[0]!;
      loss.dispose();
      return value;
    };
  },
};

/** Convolutions have [R, S, C, K] here, linear layers [in, out]. */
function variable(tf: Tf, name: string, data: Float32Array, shape: readonly number[]): TfVariable {
  const [out = 1, ...ins] = shape;
  const axes = [[], [0], [1, 0], [], [2, 3, 1, 0]][shape.length]!;
  // LeNet-5's fc1 is a convolution over all of its maps, [120, 16, 5, 5]: flattened, they come with the channels last.
  const numbers = `${ins}` === '400' ? permuted(data, [out, 16, 5, 5], [2, 3, 1, 0]) : permuted(data, shape, axes);
  const initial = tf.tensor(
    numbers,
    axes.map((axis) => shape[axis]!),
  );
  return tf.variable(initial, !/running_|num_batches/.test(name));
}

function channelsLast(data: Float32Array, shape: readonly number[]) {
  const axes = [0, 2, 3, 1];
  return { data: permuted(data, shape, axes), shape: axes.map((axis) => shape[axis]!) };
}

function lenet5(tf: Tf, variables: Variables, images: TfTensor): TfTensor {
  const pool = (x: TfTensor) => tf.avgPool(x, 2, 2, 0);
  const conv = (layer: string, x: TfTensor, padding: number) =>
    tf.add(tf.conv2d(x, variables[`${layer}.weight`]!, 1, padding), variables[`${layer}.bias`]!);
  let x = pool(tf.tanh(conv('conv1', images, 2)));
  x = pool(tf.tanh(conv('conv2', x, 0)));
  x = tf.reshape(x, [images.shape[0]!, -1]);
  x = tf.tanh(linear(tf, variables, 'fc1', x));
  x = tf.tanh(linear(tf, variables, 'fc2', x));
  return linear(tf, variables, 'fc3', x);
}

function linear(tf: Tf, variables: Variables, layer: string, x: TfTensor): TfTensor {
  return tf.add(tf.matMul(x, variables[`${layer}.weight`]!), variables[`${layer}.bias`]!);
}

function resnet18(tf: Tf, variables: Variables, images: TfTensor): TfTensor {
  const conv = (layer: string, x: TfTensor, stride: number, padding: number) =>
    tf.conv2d(x, variables[`${layer}.weight`]!, stride, padding);
  const norm = (layer: string, x: TfTensor) => batchNorm(tf, variables, layer, x);
  const block = (layer: string, x: TfTensor, stride: number) => {
    let y = tf.relu(norm(`${layer}.bn1`, conv(`${layer}.conv1`, x, stride, 1)));
    y = norm(`${layer}.bn2`, conv(`${layer}.conv2`, y, 1, 1));
    const down = `${layer}.downsample`;
    const shortcut = variables[`${down}.0.weight`] ? norm(`${down}.1`, conv(`${down}.0`, x, stride, 0)) : x;
    return tf.relu(tf.add(y, shortcut));
  };
  let x = tf.relu(norm('bn1', conv('conv1', images, 2, 3)));
  x = tf.maxPool(x, 3, 2, 1);
  for (const stage of [1, 2, 3, 4]) x = block(`layer${stage}.1`, block(`layer${stage}.0`, x, stage === 1 ? 1 : 2), 1);
  return linear(tf, variables, 'fc', tf.mean(x, [1, 2]));
}

/** By the batch's statistics; the running ones follow as torch has them, with the unbiased variance. */
function batchNorm(tf: Tf, variables: Variables, layer: string, x: TfTensor): TfTensor {
  const of = (name: string) => variables[`${layer}.${name}`]!;
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const count = x.shape.slice(0, 3).reduce((product, size) => product * size, 1);
  const follow = (running: TfVariable, value: TfTensor) =>
    running.assign(tf.add(tf.mul(running, 1 - SHARE), tf.mul(value, SHARE)));
  follow(of('running_mean'), mean);
  follow(of('running_var'), tf.mul(variance, count / (count - 1)));
  return tf.batchNorm(x, mean, variance, of('bias'), of('weight'), EPSILON);
}
