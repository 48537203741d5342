// Our graph and a state dict as a model converted for TensorFlow.js has them: channels last, batch norm folded, biases and ReLUs fused.

import { foldBatchNorm } from '../../src/runtime/compile/fold_batch_norm.ts';
import { GraphError, WeightsError } from '../../src/runtime/errors.ts';
import { consumers, type Graph } from '../../src/runtime/graph/graph.ts';
import { atBatch, type Value } from '../../src/runtime/graph/value.ts';
import type { StateDict } from '../../src/weights/tensors.ts';
import type { Conv2dAttributes } from '../../src/wgsl/conv2d/conv2d.ts';
import { type WindowAttributes, windowOf } from '../../src/wgsl/pool/window.ts';
import { permuted } from '../training_task.ts';

type Pair = readonly [number, number];

/** TensorFlow.js's: by dimension, before and after, where one number for all sides does not say it. */
export type TfPadding = 'valid' | number | readonly [Pair, Pair, Pair, Pair];

/** One call of TensorFlow.js, whose inputs are results of earlier steps by index. `conv2d`, `depthwise` and `linear`: x, w and perhaps a bias. */
export type TfStep = { readonly inputs: readonly number[] } & (
  | { readonly op: 'image' | 'add' | 'mul' | 'concat' | 'flatten' | 'mean' | 'sigmoid' | 'tanh' }
  | { readonly op: 'weight'; readonly shape: readonly number[]; readonly offset: number }
  | ({ readonly op: 'conv2d' | 'depthwise'; readonly dilation: Pair } & TfWindow & TfFused)
  | ({ readonly op: 'linear' | 'relu' | 'relu6' } & TfFused)
  | ({ readonly op: 'max_pool' | 'avg_pool'; readonly kernel: Pair } & TfWindow)
  | { readonly op: 'batch_norm'; readonly epsilon: number }
);

interface TfWindow {
  readonly stride: Pair;
  readonly padding: TfPadding;
}

interface TfFused {
  readonly activation: 'relu' | 'relu6' | 'linear';
}

/** Plain data: it goes to a page as JSON, its weights as bytes. The last step makes the logits. */
export interface TfProgram {
  readonly steps: readonly TfStep[];
  /** After each step, the results that nothing reads any more. The image and the weights stay. */
  readonly spent: readonly (readonly number[])[];
}

export interface TfModel {
  readonly program: TfProgram;
  readonly weights: Float32Array<ArrayBuffer>;
}

/**
 * Throws GraphError 'unknown_operator' for what this peer cannot be asked for, WeightsError 'weights_mismatch' for a
 * parameter that is not in `state`.
 */
export function toTfjs(graph: Graph, state: StateDict): TfModel {
  return new Writer(foldBatchNorm(graph), state).model();
}

/** How a value's channels lie once it was flattened: torch has [C, H, W] in a row, TensorFlow.js [H, W, C]. */
type Map3 = readonly [number, number, number];

class Writer {
  readonly #graph: Graph;
  readonly #state: StateDict;
  readonly #steps: TfStep[] = [];
  readonly #made = new Map<Value, number>();
  readonly #flattened = new Map<Value, Map3>();
  readonly #weights: Float32Array[] = [];
  #elements = 0;

  constructor(graph: Graph, state: StateDict) {
    this.#graph = graph;
    this.#state = state;
  }

  model(): TfModel {
    const readers = consumers(this.#graph);
    for (const value of this.#graph.values) {
      if (value.kind === 'input') this.#made.set(value, this.#push({ op: 'image', inputs: [] }));
      const name = value.operator?.name ?? '';
      if (value.kind !== 'operator' || name.startsWith('fold_')) continue; // parameters are written where they are read
      const rule = rules[name];
      if (!rule) throw unknown(value, 'there is no rule for it');
      const source = value.inputs.x;
      const from = source && this.#flattened.get(source);
      if (from && name !== 'linear') this.#flattened.set(value, from);
      const alone = source !== undefined && readers.get(source)?.length === 1;
      this.#made.set(value, (alone && this.#fuse(value)) || rule(value, this));
    }
    const logits = Object.values(this.#graph.outputs)[0]!;
    if (this.at(logits) !== this.#steps.length - 1) throw unknown(logits, 'the logits do not come last');
    const weights = new Float32Array(this.#elements);
    let at = 0;
    for (const data of this.#weights.splice(0)) {
      weights.set(data, at);
      at += data.length;
    }
    return { program: { steps: this.#steps, spent: spentOf(this.#steps) }, weights };
  }

  at(value: Value | undefined): number {
    return this.#made.get(value!)!;
  }

  add(step: TfStep): number {
    return this.#push(step);
  }

  weight(data: Float32Array, shape: readonly number[]): number {
    const offset = this.#elements;
    this.#weights.push(data);
    this.#elements += data.length;
    return this.#push({ op: 'weight', inputs: [], shape, offset });
  }

  /** A vector, or nothing. */
  vectors(...values: readonly (Value | undefined)[]): number[] {
    return values.flatMap((value) => (value ? [this.weight(this.numbers(value), shapeOf(value))] : []));
  }

  /** The map that a row of features was. */
  mapOf(x: Value): Map3 {
    return this.#flattened.get(x) ?? [shapeOf(x)[1]!, 1, 1];
  }

  flatten(value: Value): number {
    const x = value.inputs.x!;
    const [, channels = 1, height = 1, width = 1] = shapeOf(x);
    if (x.shape.length === 4) this.#flattened.set(value, [channels, height, width]);
    return this.add({ op: 'flatten', inputs: [this.at(x)] });
  }

  /** What a parameter holds, or a folded one, in float64 until it is rounded. */
  numbers({ name, operator, inputs, attributes }: Value): Float32Array {
    if (!operator) {
      const tensor = this.#state[name];
      if (!tensor) throw new WeightsError('weights_mismatch', `tfjs: the state dict has no ${name}`);
      return tensor.data;
    }
    const [gamma, variance] = [this.numbers(inputs.weight!), this.numbers(inputs.running_var!)];
    const scale = Float64Array.from(gamma, (value, k) => value / Math.sqrt(variance[k]! + Number(attributes.eps)));
    if (operator.name === 'fold_weight') {
      const w = this.numbers(inputs.w!);
      const perFilter = w.length / scale.length;
      return w.map((value, i) => value * scale[Math.floor(i / perFilter)]!);
    }
    const [beta, mean] = [this.numbers(inputs.bias!), this.numbers(inputs.running_mean!)];
    const own = inputs.conv_bias && this.numbers(inputs.conv_bias);
    return beta.map((value, k) => value + ((own?.[k] ?? 0) - mean[k]!) * scale[k]!);
  }

  /** A ReLU goes into the layer before it. */
  #fuse(value: Value): number | undefined {
    const name = value.operator?.name;
    const at = this.at(value.inputs.x);
    const step = this.#steps[at]!;
    if (name !== 'relu' && name !== 'relu6') return undefined;
    if (step.op !== 'conv2d' && step.op !== 'depthwise' && step.op !== 'linear') return undefined;
    if (step.activation !== 'linear') return undefined;
    this.#steps[at] = { ...step, activation: name };
    return at;
  }

  #push(step: TfStep): number {
    return this.#steps.push(step) - 1;
  }
}

type Rule = (value: Value, writer: Writer) => number;

const shapeOf = ({ shape }: Value) => shape.map((dim) => atBatch(dim, 1));

const unary =
  (op: 'sigmoid' | 'tanh'): Rule =>
  ({ inputs }, writer) =>
    writer.add({ op, inputs: [writer.at(inputs.x)] });

const range =
  (op: 'relu' | 'relu6'): Rule =>
  ({ inputs }, writer) =>
    writer.add({ op, inputs: [writer.at(inputs.x)], activation: 'linear' });

const binary =
  (op: 'add' | 'mul'): Rule =>
  (value, writer) => {
    const operands = [value.inputs.a, value.inputs.b];
    if (operands.some((operand) => operand?.kind === 'parameter')) throw unknown(value, 'an operand is a parameter');
    return writer.add({ op, inputs: operands.map((operand) => writer.at(operand)) });
  };

/** By our operator's name. What is not here has not been needed by a bench yet. */
const rules: Readonly<Record<string, Rule>> = {
  conv2d(value, writer) {
    const { x, w, bias } = value.inputs;
    const { stride, padding, dilation, groups } = value.attributes as Conv2dAttributes;
    const [filters = 0, perGroup = 0, r = 0, s = 0] = shapeOf(w!);
    const depthwise = groups > 1;
    if (depthwise && perGroup !== 1) throw unknown(value, `it has ${groups} groups of ${perGroup} channels`);
    const data = writer.numbers(w!);
    const weight = depthwise
      ? writer.weight(permuted(data, [groups, filters / groups, r, s], [2, 3, 0, 1]), [r, s, groups, filters / groups])
      : writer.weight(permuted(data, [filters, perGroup, r, s], [2, 3, 1, 0]), [r, s, perGroup, filters]);
    return writer.add({
      op: depthwise ? 'depthwise' : 'conv2d',
      inputs: [writer.at(x), weight, ...writer.vectors(bias)],
      stride,
      dilation,
      padding: paddingOf(padding),
      activation: 'linear',
    });
  },
  linear(value, writer) {
    const { x, w, bias } = value.inputs;
    if (x?.shape.length !== 2) throw unknown(value, 'it is applied to each pixel');
    const [out = 0, features = 0] = shapeOf(w!);
    const weight = permuted(writer.numbers(w!), [out, ...writer.mapOf(x)], [2, 3, 1, 0]);
    const inputs = [writer.at(x), writer.weight(weight, [features, out]), ...writer.vectors(bias)];
    return writer.add({ op: 'linear', inputs, activation: 'linear' });
  },
  batch_norm({ inputs: { x, running_mean, running_var, bias, weight }, attributes }, writer) {
    const inputs = [writer.at(x), ...writer.vectors(running_mean, running_var, bias, weight)];
    return writer.add({ op: 'batch_norm', inputs, epsilon: Number(attributes.eps) });
  },
  max_pool2d: (value, writer) => pool('max_pool', value, writer),
  avg_pool2d(value, writer) {
    // TensorFlow.js divides by what lies inside the image.
    const { padding, ceilMode } = value.attributes as unknown as WindowAttributes;
    if (padding.some(Boolean) || ceilMode) throw unknown(value, 'its windows pass the image');
    return pool('avg_pool', value, writer);
  },
  adaptive_avg_pool2d(value, writer) {
    const [from, to] = [shapeOf(value.inputs.x!), shapeOf(value)];
    const x = writer.at(value.inputs.x);
    if (to[2] === from[2] && to[3] === from[3]) return x;
    if (to[2] === 1 && to[3] === 1) return writer.add({ op: 'mean', inputs: [x] });
    throw unknown(value, `it is neither to one pixel nor to the size there is`);
  },
  relu: range('relu'),
  relu6: range('relu6'),
  sigmoid: unary('sigmoid'),
  tanh: unary('tanh'),
  dropout: ({ inputs }, writer) => writer.at(inputs.x),
  flatten: (value, writer) => writer.flatten(value),
  add: binary('add'),
  mul: binary('mul'),
  concat: ({ inputs }, writer) =>
    writer.add({ op: 'concat', inputs: Object.values(inputs).map((part) => writer.at(part)) }),
};

/** A last window that passes the image, as torch's ceil_mode has it, gets padding of its own. */
function pool(op: 'max_pool' | 'avg_pool', value: Value, writer: Writer): number {
  const { kernel, stride, dilation, padding } = windowOf(value.attributes as unknown as WindowAttributes);
  if (dilation.some((step) => step > 1)) throw unknown(value, 'it is dilated');
  const [input, output] = [shapeOf(value.inputs.x!), shapeOf(value)];
  const [top, left, bottom, right] = padding;
  const needed = (axis: 0 | 1, before: number) =>
    (output[axis + 2]! - 1) * stride[axis] + kernel[axis] - input[axis + 2]! - before;
  const whole = [top, left, Math.max(bottom, needed(0, top)), Math.max(right, needed(1, left))] as const;
  return writer.add({ op, inputs: [writer.at(value.inputs.x)], kernel, stride, padding: paddingOf(whole) });
}

function paddingOf([top, left, bottom, right]: readonly [number, number, number, number]): TfPadding {
  if (top + left + bottom + right === 0) return 'valid';
  if (top === left && top === bottom && top === right) return top;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

function spentOf(steps: readonly TfStep[]): number[][] {
  const last = new Map<number, number>();
  for (const [i, { inputs }] of steps.entries()) for (const input of inputs) last.set(input, i);
  const spent = steps.map(() => [] as number[]);
  for (const [input, i] of last) if (!['image', 'weight'].includes(steps[input]!.op)) spent[i]!.push(input);
  return spent;
}

const unknown = ({ name, operator }: Value, why: string) =>
  new GraphError('unknown_operator', `tfjs: ${operator?.name}(${name}): ${why}`);
