// A converted model, run by TensorFlow.js: in Node and in pages, which is why nothing of convoke is imported here.

import type { TfModel, TfPadding, TfStep } from './tfjs_program.ts';

export interface TfTensor {
  data(): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}

interface Layer {
  readonly x: TfTensor;
  readonly filter: TfTensor;
  readonly bias?: TfTensor | undefined;
  readonly strides: readonly number[];
  readonly pad: TfPadding;
  readonly dilations: readonly number[];
  readonly activation: string;
}

type Pool = (x: TfTensor, kernel: readonly number[], stride: readonly number[], padding: TfPadding) => TfTensor;
type Unary = (x: TfTensor) => TfTensor;
type Binary = (a: TfTensor, b: TfTensor) => TfTensor;

/** As much of TensorFlow.js as is used here: its own types are not installed where this is compiled. */
export interface Tf {
  setBackend(name: 'webgpu'): Promise<boolean>;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  tidy<T>(work: () => T): T;
  readonly fused: {
    conv2d(layer: Layer): TfTensor;
    depthwiseConv2d(layer: Layer): TfTensor;
    matMul(layer: { a: TfTensor; b: TfTensor; bias?: TfTensor | undefined; activation: string }): TfTensor;
  };
  readonly maxPool: Pool;
  readonly avgPool: Pool;
  mean(x: TfTensor, axes: number[], keepDims: boolean): TfTensor;
  batchNorm(x: TfTensor, mean: TfTensor, variance: TfTensor, offset: TfTensor, scale: TfTensor, e: number): TfTensor;
  concat(parts: TfTensor[], axis: number): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  readonly add: Binary;
  readonly mul: Binary;
  readonly relu: Unary;
  readonly relu6: Unary;
  readonly sigmoid: Unary;
  readonly tanh: Unary;
}

/** Weights to tensors, once. The image is [batch, height, width, channels] and stays the caller's, as the result does. */
export function loadTfjs(tf: Tf, { program, weights }: TfModel, batch: number): (image: TfTensor) => TfTensor {
  const { steps, spent } = program;
  const kept = steps.map((step) => {
    if (step.op !== 'weight') return undefined;
    const count = step.shape.reduce((product, dim) => product * dim, 1);
    return tf.tensor(weights.subarray(step.offset, step.offset + count), step.shape);
  });
  return (image) =>
    tf.tidy(() => {
      const made: TfTensor[] = [];
      for (const [i, step] of steps.entries()) {
        const inputs = step.inputs.map((input) => made[input]!);
        made.push(step.op === 'image' ? image : (kept[i] ?? call(tf, step, inputs, batch)));
        for (const input of spent[i]!) made[input]!.dispose();
      }
      return made.at(-1)!;
    });
}

function call(tf: Tf, step: TfStep, inputs: readonly TfTensor[], batch: number): TfTensor {
  const [x, w, bias] = inputs as [TfTensor, TfTensor, TfTensor | undefined];
  switch (step.op) {
    case 'conv2d':
    case 'depthwise': {
      const { stride: strides, padding: pad, dilation: dilations, activation } = step;
      const layer = { x, filter: w, bias, strides, pad, dilations, activation };
      return step.op === 'conv2d' ? tf.fused.conv2d(layer) : tf.fused.depthwiseConv2d(layer);
    }
    case 'linear':
      return tf.fused.matMul({ a: x, b: w, bias, activation: step.activation });
    case 'max_pool':
      return tf.maxPool(x, step.kernel, step.stride, step.padding);
    case 'avg_pool':
      return tf.avgPool(x, step.kernel, step.stride, step.padding);
    case 'mean':
      return tf.mean(x, [1, 2], true);
    case 'batch_norm': {
      const [, mean, variance, offset, scale] = inputs as TfTensor[];
      return tf.batchNorm(x, mean!, variance!, offset!, scale!, step.epsilon);
    }
    case 'concat':
      return tf.concat([...inputs], -1);
    case 'flatten':
      return tf.reshape(x, [batch, -1]);
    case 'add':
    case 'mul':
      return tf[step.op](x, w);
    case 'relu':
    case 'relu6':
    case 'sigmoid':
    case 'tanh':
      return tf[step.op](x);
    default:
      throw new Error(`'${step.op}' is no call of TensorFlow.js`);
  }
}
