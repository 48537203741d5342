// Our graph and a state dict as an ONNX file, so that a peer runs the very same network: a writer of protobuf and a rule per operator.

import { GraphError, WeightsError } from '../src/runtime/errors.ts';
import type { Graph } from '../src/runtime/graph/graph.ts';
import type { Dim, Value } from '../src/runtime/graph/value.ts';
import type { StateDict } from '../src/weights/tensors.ts';
import type { AvgPool2dAttributes } from '../src/wgsl/pool/avg_pool2d.ts';
import type { MaxPool2dAttributes } from '../src/wgsl/pool/max_pool2d.ts';
import { windowOf } from '../src/wgsl/pool/window.ts';

const IR_VERSION = 8;
const OPSET = 17;

/** A message's fields, as chunks, so that weights are copied once only. */
type Bytes = readonly Uint8Array[];

const sizeOf = (bytes: Bytes) => bytes.reduce((sum, { length }) => sum + length, 0);

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
}

// Protobuf's wire types: 0 varint, 2 length and bytes, 5 four bytes.
const int = (field: number, value: number): Bytes => [varint(field << 3), varint(value)];
const message = (field: number, content: Bytes): Bytes => [
  varint((field << 3) | 2),
  varint(sizeOf(content)),
  ...content,
];
const text = (field: number, value: string): Bytes => message(field, [new TextEncoder().encode(value)]);
const float = (field: number, value: number): Bytes => [
  varint((field << 3) | 5),
  new Uint8Array(Float32Array.of(value).buffer),
];

interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly ints?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** Inputs behind the others that are numbers, not values. */
  readonly constants?: readonly number[];
}

/** Field numbers are those of onnx.proto. */
function encodeNode({ type, inputs, ints = {}, floats = {} }: Node, output: string): Bytes {
  const attributes = Object.entries(ints).map(([key, value]) =>
    typeof value === 'number'
      ? [...text(1, key), ...int(3, value), ...int(20, 2)]
      : [...text(1, key), ...value.flatMap((item) => int(8, item)), ...int(20, 7)],
  );
  for (const [key, value] of Object.entries(floats))
    attributes.push([...text(1, key), ...float(2, value), ...int(20, 1)]);
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...text(2, output),
    ...text(3, output),
    ...text(4, type),
    ...attributes.flatMap((attribute) => message(5, attribute)),
  ];
}

function encodeTensor(name: string, { shape, data }: StateDict[string]): Bytes {
  return [
    ...shape.flatMap((dim) => int(1, dim)),
    ...int(2, 1), // float32
    ...text(8, name),
    ...message(9, [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
  ];
}

function encodeInfo(name: string, shape: readonly Dim[]): Bytes {
  const dims = shape.flatMap((dim) => message(1, dim === 'n' ? text(2, 'n') : int(1, dim)));
  return [...text(1, name), ...message(2, message(1, [...int(1, 1), ...message(2, dims)]))];
}

type Rule = (value: Value, input: (name: string) => string) => Node;

const list = (value: Value, name: string) => value.attributes[name] as readonly number[];
const optional = (value: Value, name: string) => (value.inputs[name] ? [name] : []);

const unary =
  (type: string): Rule =>
  (_, input) => ({ type, inputs: [input('x')] });

/** By our operator's name. What is not here has not been needed by a bench yet. */
const rules: Readonly<Record<string, Rule>> = {
  conv2d: (value, input) => ({
    type: 'Conv',
    inputs: ['x', 'w', ...optional(value, 'bias')].map(input),
    ints: {
      strides: list(value, 'stride'),
      pads: list(value, 'padding'),
      dilations: list(value, 'dilation'),
      group: value.attributes.groups as number,
    },
  }),
  batch_norm: (value, input) => ({
    type: 'BatchNormalization',
    inputs: ['x', 'weight', 'bias', 'running_mean', 'running_var'].map(input),
    floats: { epsilon: value.attributes.eps as number },
  }),
  linear: (value, input) => ({
    type: 'Gemm',
    inputs: ['x', 'w', ...optional(value, 'bias')].map(input),
    ints: { transB: 1 },
  }),
  max_pool2d(value, input) {
    const { kernel, stride, padding, dilation } = windowOf(value.attributes as MaxPool2dAttributes);
    const ceil_mode = value.attributes.ceilMode ? 1 : 0;
    const ints = { kernel_shape: kernel, strides: stride, pads: padding, dilations: dilation, ceil_mode };
    return { type: 'MaxPool', inputs: [input('x')], ints };
  },
  avg_pool2d(value, input) {
    const { ceilMode, countIncludePad } = value.attributes as AvgPool2dAttributes;
    const { kernel, stride, padding } = windowOf(value.attributes as AvgPool2dAttributes);
    const flags = { ceil_mode: ceilMode ? 1 : 0, count_include_pad: countIncludePad ? 1 : 0 };
    const ints = { kernel_shape: kernel, strides: stride, pads: padding, ...flags };
    return { type: 'AveragePool', inputs: [input('x')], ints };
  },
  adaptive_avg_pool2d(value, input) {
    const [, , ...from] = value.inputs.x!.shape;
    const [, , ...to] = value.shape;
    if (`${to}` === `${from}`) return { type: 'Identity', inputs: [input('x')] };
    if (to.some((size) => size !== 1))
      throw new GraphError('unknown_operator', `onnx: adaptive_avg_pool2d(${value.name}) is from ${from} to ${to}`);
    return { type: 'GlobalAveragePool', inputs: [input('x')] };
  },
  relu: unary('Relu'),
  relu6: (_, input) => ({ type: 'Clip', inputs: [input('x')], constants: [0, 6] }),
  sigmoid: unary('Sigmoid'),
  tanh: unary('Tanh'),
  dropout: unary('Identity'),
  flatten: (_, input) => ({ type: 'Flatten', inputs: [input('x')], ints: { axis: 1 } }),
  add: (_, input) => ({ type: 'Add', inputs: ['a', 'b'].map(input) }),
  mul: (_, input) => ({ type: 'Mul', inputs: ['a', 'b'].map(input) }),
  concat: ({ inputs }, input) => ({ type: 'Concat', inputs: Object.keys(inputs).map(input), ints: { axis: 1 } }),
};

/**
 * The bytes of an ONNX model (opset 17, batch size symbolic) with the graph's inputs and outputs under their names. The
 * graph is the model's own, before any pass: the peer folds and fuses by itself.
 * Throws GraphError 'unknown_operator' for an operator without a rule, WeightsError 'weights_mismatch' for a parameter that is not in `state`.
 */
export function toOnnx(graph: Graph, state: StateDict): Uint8Array {
  const names = new Map<Value, string>();
  const nodes: Bytes[] = [];
  const initializers: Bytes[] = [];
  const inputs: Bytes[] = [];
  for (const value of graph.values) {
    const name = value.kind === 'operator' ? `${value.name}/${nodes.length}` : value.name;
    names.set(value, name);
    if (value.kind === 'input') inputs.push(encodeInfo(name, value.shape));
    else if (value.kind === 'parameter') {
      const tensor = state[name];
      if (!tensor) throw new WeightsError('weights_mismatch', `onnx: the state dict has no ${name}`);
      initializers.push(encodeTensor(name, tensor));
    } else {
      const rule = rules[value.operator?.name ?? ''];
      if (!rule) throw new GraphError('unknown_operator', `onnx: no rule for ${value.operator?.name}(${value.name})`);
      const node = rule(value, (key) => names.get(value.inputs[key]!)!);
      const constants = (node.constants ?? []).map((number, i) => {
        initializers.push(encodeTensor(`${name}/${i}`, { shape: [], data: Float32Array.of(number) }));
        return `${name}/${i}`;
      });
      nodes.push(encodeNode({ ...node, inputs: [...node.inputs, ...constants] }, name));
    }
  }
  const outputs = Object.entries(graph.outputs);
  for (const [key, value] of outputs) nodes.push(encodeNode({ type: 'Identity', inputs: [names.get(value)!] }, key));
  const content = [
    ...nodes.flatMap((node) => message(1, node)),
    ...text(2, 'convoke'),
    ...initializers.flatMap((tensor) => message(5, tensor)),
    ...inputs.flatMap((info) => message(11, info)),
    ...outputs.flatMap(([key, { shape }]) => message(12, encodeInfo(key, shape))),
  ];
  return join([...int(1, IR_VERSION), ...message(7, content), ...message(8, [...text(1, ''), ...int(2, OPSET)])]);
}

function join(chunks: Bytes): Uint8Array {
  const all = new Uint8Array(sizeOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
