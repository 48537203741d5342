// The ONNX writer, read back by a reader of protobuf that knows nothing of ONNX but field numbers.

import { describe, expect, it } from 'vitest';
import { toOnnx } from '../../bench/onnx.ts';
import {
  adaptiveAvgPool,
  avgPool,
  batchNorm,
  conv2d,
  flatten,
  linear,
  relu,
  relu6,
  silu,
} from '../../src/models/layers.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { input, Scope } from '../../src/runtime/graph/scope.ts';
import type { StateDict } from '../../src/weights/tensors.ts';

type Field = { readonly number: number; readonly value: number | Uint8Array };

/** Every field of a message, in order: integers, or the bytes of what has a length or is four bytes long. */
function fields(bytes: Uint8Array): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const key = varint();
    const wire = key & 7;
    expect([0, 2, 5]).toContain(wire);
    found.push({ number: key >> 3, value: wire === 0 ? varint() : take(wire === 5 ? 4 : varint()) });
  }
  expect(at).toBe(bytes.length);
  return found;
}

const all = (message: Uint8Array, number: number) =>
  fields(message).flatMap((field) => (field.number === number ? [field.value] : []));
const messages = (message: Uint8Array, number: number) => all(message, number) as Uint8Array[];
const only = (message: Uint8Array, number: number) => {
  const found = all(message, number);
  expect(found).toHaveLength(1);
  return found[0]!;
};
const text = (value: number | Uint8Array) => new TextDecoder().decode(value as Uint8Array);
const floats = (bytes: Uint8Array) => [...new Float32Array(bytes.slice().buffer)];

function attributes(node: Uint8Array): Record<string, unknown> {
  return Object.fromEntries(
    messages(node, 5).map((attribute) => {
      const type = only(attribute, 20);
      if (type === 1) return [text(only(attribute, 1)), floats(only(attribute, 2) as Uint8Array)[0]];
      return [text(only(attribute, 1)), type === 2 ? only(attribute, 3) : all(attribute, 8)];
    }),
  );
}

function smallNet() {
  const net = Scope.root();
  const image = input('image', ['n', 2, 5, 5]);
  let x = conv2d(net.at('conv'), image, { out: 3, kernel: 3, stride: [2, 1], padding: [1, 0, 2, 1], bias: false });
  x = relu(net.at('relu'), batchNorm(net.at('bn'), x, { eps: 0.25 }));
  const logits = linear(net.at('fc'), flatten(net.at('flatten'), x), 4);
  const state: StateDict = {};
  for (const { name, shape } of net.parameters) {
    const count = shape.reduce((product, dim) => product * dim, 1);
    state[name] = { shape, data: Float32Array.from({ length: count }, (_, i) => i + name.length / 8) };
  }
  return { graph: graphOf({ logits }), state };
}

describe('toOnnx', () => {
  const { graph, state } = smallNet();
  const model = toOnnx(graph, state);
  const content = only(model, 7) as Uint8Array;

  it('says its versions', () => {
    expect(only(model, 1)).toBe(8);
    expect(only(only(model, 8) as Uint8Array, 2)).toBe(17);
  });

  it('writes a node per operator, each reading what was made before it', () => {
    const nodes = messages(content, 1);
    expect(nodes.map((node) => text(only(node, 4)))).toEqual([
      'Conv',
      'BatchNormalization',
      'Relu',
      'Flatten',
      'Gemm',
      'Identity',
    ]);
    const known = new Set([...messages(content, 5).map((tensor) => text(only(tensor, 8))), 'image']);
    for (const node of nodes) {
      for (const name of messages(node, 1)) expect(known).toContain(text(name));
      known.add(text(only(node, 2)));
    }
    expect(known).toContain('logits');
  });

  it('keeps attributes', () => {
    const [conv, norm, , , gemm] = messages(content, 1).map(attributes);
    expect(conv).toEqual({ strides: [2, 1], pads: [1, 0, 2, 1], dilations: [1, 1], group: 1 });
    expect(norm).toEqual({ epsilon: 0.25 });
    expect(gemm).toEqual({ transB: 1 });
  });

  it('keeps the weights that the network reads, bit for bit', () => {
    const tensors = messages(content, 5);
    const names = tensors.map((tensor) => text(only(tensor, 8)));
    expect(names.sort()).toEqual(
      Object.keys(state)
        .filter((name) => !name.endsWith('num_batches_tracked'))
        .sort(),
    );
    for (const tensor of tensors) {
      const { shape, data } = state[text(only(tensor, 8))]!;
      expect(all(tensor, 1)).toEqual([...shape]);
      expect(only(tensor, 2)).toBe(1);
      expect(floats(only(tensor, 9) as Uint8Array)).toEqual([...data]);
    }
  });

  it('leaves the batch size open', () => {
    const shape = (info: Uint8Array) => {
      const type = only(only(info, 2) as Uint8Array, 1) as Uint8Array;
      return messages(only(type, 2) as Uint8Array, 1).map((dim) => fields(dim)[0]!.value);
    };
    const [image, ...noMore] = messages(content, 11);
    expect(noMore).toEqual([]);
    expect(text(only(image!, 1))).toBe('image');
    expect(text(shape(image!)[0]!)).toBe('n');
    expect(shape(image!).slice(1)).toEqual([2, 5, 5]);
    expect(shape(messages(content, 12)[0]!)[1]).toBe(4);
  });

  it('writes what mobile and older networks need: a range, averages, and pooling to the size there is', () => {
    const net = Scope.root();
    let x = relu6(net.at('relu'), input('image', ['n', 2, 6, 6]));
    x = avgPool(net.at('pool'), x, { kernel: 2, stride: 2 });
    x = adaptiveAvgPool(net.at('same'), x, 3);
    const model = toOnnx(graphOf({ logits: adaptiveAvgPool(net.at('one'), x, 1) }), {});
    const content = only(model, 7) as Uint8Array;
    const nodes = messages(content, 1);
    const types = nodes.map((node) => text(only(node, 4)));
    expect(types).toEqual(['Clip', 'AveragePool', 'Identity', 'GlobalAveragePool', 'Identity']);
    const window = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] };
    expect(attributes(nodes[1]!)).toEqual({ ...window, ceil_mode: 0, count_include_pad: 1 });
    const range = messages(content, 5).map((tensor) => [
      text(only(tensor, 8)),
      ...floats(only(tensor, 9) as Uint8Array),
    ]);
    const [, low, high] = messages(nodes[0]!, 1).map(text);
    expect(range).toEqual([
      [low, 0],
      [high, 6],
    ]);
    const larger = graphOf({ logits: adaptiveAvgPool(net.at('two'), x, 2) });
    expect(() => toOnnx(larger, {})).toThrow('onnx: adaptive_avg_pool2d(two) is from 3,3 to 2,2');
  });

  it('names what it cannot write', () => {
    const net = Scope.root();
    const odd = graphOf({ logits: silu(net.at('act'), input('image', ['n', 2, 5, 5])) });
    expect(() => toOnnx(odd, {})).toThrow('onnx: no rule for silu(act)');
    expect(() => toOnnx(graph, {})).toThrow('onnx: the state dict has no conv.weight');
  });
});
