// A peer in training: jax-js on WebGPU, the whole step of LeNet-5 under one `jit`.

import { requirePeer, versionOfPeer } from './peers.ts';
import { MOMENTUM, oneHot, permuted, RATE, type Step, type Task } from './training_task.ts';

/** As much of jax-js as is used here. Whatever takes an array disposes of it; `ref` keeps it for one use more. */
interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: readonly number[];
  add(other: JaxArray): JaxArray;
  sub(other: JaxArray): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  sum(): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  data(): Promise<Float32Array>;
}

type Tree = Record<string, JaxArray>;
type Loss = (parameters: Tree, images: JaxArray, targets: JaxArray) => JaxArray;

interface Jax {
  init(device: 'webgpu'): Promise<string[]>;
  defaultDevice(device: 'webgpu'): void;
  blockUntilReady(tree: Tree): Promise<Tree>;
  jit<F>(f: F): F;
  valueAndGrad(loss: Loss): (...args: Parameters<Loss>) => [JaxArray, Tree];
  readonly tree: { map(f: (...leaves: JaxArray[]) => JaxArray, ...trees: Tree[]): Tree; ref(tree: Tree): Tree };
  readonly numpy: {
    array(data: Float32Array): JaxArray;
    zeros(shape: readonly number[]): JaxArray;
    tanh(x: JaxArray): JaxArray;
    dot(x: JaxArray, w: JaxArray): JaxArray;
    mean(x: JaxArray): JaxArray;
  };
  readonly lax: {
    conv(x: JaxArray, w: JaxArray, strides: number[], padding: 'SAME' | 'VALID'): JaxArray;
    reduceWindow(x: JaxArray, f: (window: JaxArray) => JaxArray, window: number[], strides: number[]): JaxArray;
  };
  readonly nn: { logSoftmax(x: JaxArray): JaxArray };
}

export const jaxJs = {
  models: ['lenet5'],
  version: () => versionOfPeer('@jax-js/jax'),
  /** `navigator.gpu` must be there. */
  async open(task: Task): Promise<Step> {
    const jax = requirePeer('@jax-js/jax') as Jax;
    await jax.init('webgpu');
    jax.defaultDevice('webgpu');
    const { numpy, tree } = jax;
    const array = (data: Float32Array, shape: readonly number[]) => numpy.array(data).reshape(shape);
    let parameters: Tree = {};
    for (const [name, { shape, data }] of Object.entries(task.network.state)) {
      // Torch's linear layers have [out, in], those of JAX [in, out].
      const linear = shape.length === 2;
      parameters[name] = linear ? array(permuted(data, shape, [1, 0]), [shape[1]!, shape[0]!]) : array(data, shape);
    }
    let velocities = tree.map(({ shape }) => numpy.zeros(shape), parameters);
    await jax.blockUntilReady(parameters);
    const step = stepOf(jax, task.batch);
    const targets = oneHot(task);
    return async () => {
      const images = array(task.images, task.shape);
      const [loss, newer, velocity] = step(parameters, velocities, images, array(targets, [task.batch, task.classes]));
      [parameters, velocities] = [newer, velocity];
      return (await loss.data())[0]!;
    };
  },
};

function stepOf(jax: Jax, batch: number) {
  const { tree } = jax;
  const loss: Loss = (parameters, images, targets) =>
    jax.nn
      .logSoftmax(lenet5(jax, parameters, images))
      .mul(targets)
      .sum()
      .mul(-1 / batch);
  return jax.jit((parameters: Tree, velocities: Tree, images: JaxArray, targets: JaxArray) => {
    const [value, gradients] = jax.valueAndGrad(loss)(tree.ref(parameters), images, targets);
    const velocity = tree.map((v, gradient) => v!.mul(MOMENTUM).add(gradient!), velocities, gradients);
    const newer = tree.map((w, v) => w!.sub(v!.mul(RATE)), parameters, tree.ref(velocity));
    return [value, newer, velocity] as const;
  });
}

function lenet5({ numpy, lax }: Jax, parameters: Tree, images: JaxArray): JaxArray {
  const of = (layer: string) => [parameters[`${layer}.weight`]!, parameters[`${layer}.bias`]!] as const;
  const conv = (layer: string, x: JaxArray, padding: 'SAME' | 'VALID') => {
    const [w, b] = of(layer);
    return lax.conv(x, w, [1, 1], padding).add(b.reshape([1, b.shape[0]!, 1, 1]));
  };
  const linear = (layer: string, x: JaxArray) => {
    const [w, b] = of(layer);
    return numpy.dot(x, w).add(b);
  };
  const pool = (x: JaxArray) => lax.reduceWindow(x, numpy.mean, [2, 2], [2, 2]);
  let x = pool(numpy.tanh(conv('conv1', images, 'SAME')));
  x = pool(numpy.tanh(conv('conv2', x, 'VALID')));
  x = x.reshape([images.shape[0]!, -1]);
  x = numpy.tanh(linear('fc1', x));
  x = numpy.tanh(linear('fc2', x));
  return linear('fc3', x);
}
