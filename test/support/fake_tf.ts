// A stand-in for TensorFlow.js that computes from its documentation's definitions, channels last, in float64.

import { expect } from 'vitest';
import type { Tf, TfTensor } from '../../bench/compare/tfjs_run.ts';

export interface Fake extends TfTensor {
  readonly shape: readonly number[];
  readonly values: Float64Array;
  disposed: boolean;
}

export const count = (shape: readonly number[]) => shape.reduce((product, dim) => product * dim, 1);

/** Every call takes and gives [n, h, w, c], or two dimensions; using what was disposed of is an error. */
export function fakeTf() {
  const calls: string[] = [];
  const live = new Set<Fake>();
  const make = (shape: readonly number[], values: ArrayLike<number>): Fake => {
    expect(values.length).toBe(count(shape));
    const tensor: Fake = {
      shape,
      values: Float64Array.from(values),
      disposed: false,
      data: async () => Float32Array.from(tensor.values),
      dispose() {
        expect(tensor.disposed).toBe(false);
        tensor.disposed = true;
        live.delete(tensor);
      },
    };
    live.add(tensor);
    return tensor;
  };
  const use = (tensor: TfTensor | undefined): Fake => {
    expect((tensor as Fake).disposed).toBe(false);
    return tensor as Fake;
  };
  const activated: Record<string, (value: number) => number> = {
    linear: (v) => v,
    relu: (v) => Math.max(0, v),
    relu6: (v) => Math.min(6, Math.max(0, v)),
    sigmoid: (v) => 1 / (1 + Math.exp(-v)),
    tanh: Math.tanh,
  };
  const map = (name: string) => (x: TfTensor) => {
    calls.push(name);
    return make(use(x).shape, use(x).values.map(activated[name]!));
  };
  const zip = (name: string, f: (a: number, b: number) => number) => (a: TfTensor, b: TfTensor) => {
    calls.push(name);
    const [n, h, w, c] = use(a).shape as [number, number, number, number];
    const [, hb, wb] = use(b).shape as [number, number, number];
    const at = (i: number, j: number, k: number, l: number) => ((i * hb + (j % hb)) * wb + (k % wb)) * c + l;
    const values: number[] = [];
    for (let i = 0; i < n; i++)
      for (let j = 0; j < h; j++)
        for (let k = 0; k < w; k++)
          for (let l = 0; l < c; l++)
            values.push(f(use(a).values[((i * h + j) * w + k) * c + l]!, use(b).values[at(i, j, k, l)]!));
    return make([n, h, w, c], values);
  };
  type Window = { kernel: readonly number[]; stride: readonly number[]; dilation: readonly number[]; pad: unknown };
  /** Goes over the windows: `see` is given each tap's offset in x, or -1 outside, and returns nothing; `end` gives the value. */
  const windows = (x: Fake, { kernel, stride, dilation, pad }: Window, channels: number, value: Taps) => {
    const [n, h, w] = x.shape as [number, number, number];
    const sides = pad === 'valid' ? [0, 0, 0, 0] : typeof pad === 'number' ? [pad, pad, pad, pad] : explicit(pad);
    const [top, bottom, left, right] = sides as [number, number, number, number];
    const out = (size: number, padding: number, axis: 0 | 1) =>
      Math.floor((size + padding - dilation[axis]! * (kernel[axis]! - 1) - 1) / stride[axis]!) + 1;
    const [p, q] = [out(h, top + bottom, 0), out(w, left + right, 1)];
    const values: number[] = [];
    for (let i = 0; i < n; i++)
      for (let row = 0; row < p; row++)
        for (let column = 0; column < q; column++)
          for (let k = 0; k < channels; k++) {
            const taps: { pixel: number; tap: number }[] = [];
            for (let r = 0; r < kernel[0]!; r++)
              for (let s = 0; s < kernel[1]!; s++) {
                const y = row * stride[0]! - top + r * dilation[0]!;
                const z = column * stride[1]! - left + s * dilation[1]!;
                if (y >= 0 && y < h && z >= 0 && z < w)
                  taps.push({ pixel: (i * h + y) * w + z, tap: r * kernel[1]! + s });
              }
            values.push(value(taps, k));
          }
    return make([n, p, q, channels], values);
  };
  type Taps = (taps: { pixel: number; tap: number }[], k: number) => number;
  const explicit = (pad: unknown) => {
    const [n, rows, columns, channels] = pad as number[][];
    expect([n, channels]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    return [...rows!, ...columns!];
  };
  const finish = (bias: TfTensor | undefined, activation: string) => (value: number, k: number) =>
    activated[activation]!(value + (bias ? use(bias).values[k]! : 0));
  const pool = (name: string, f: (values: number[]) => number): Tf['maxPool'] =>
    function call(given, kernel, stride, pad) {
      calls.push(name);
      const x = use(given);
      const c = x.shape[3]!;
      return windows(x, { kernel, stride, dilation: [1, 1], pad }, c, (taps, k) =>
        f(taps.map(({ pixel }) => x.values[pixel * c + k]!)),
      );
    };
  const tf: Tf = {
    setBackend: async () => true,
    tensor: (data, shape) => make(shape, data),
    tidy(work) {
      const before = new Set(live);
      const result = work();
      for (const tensor of [...live]) if (!before.has(tensor) && tensor !== (result as unknown)) tensor.dispose();
      return result;
    },
    fused: {
      conv2d({ x: given, filter, bias, strides, pad, dilations, activation }) {
        calls.push(`conv2d ${activation}`);
        const [x, w] = [use(given), use(filter)];
        const [r, s, c, out] = w.shape as [number, number, number, number];
        const end = finish(bias, activation);
        expect(x.shape[3]).toBe(c);
        return windows(x, { kernel: [r, s], stride: strides, dilation: dilations, pad }, out, (taps, k) => {
          let sum = 0;
          for (const { pixel, tap } of taps)
            for (let i = 0; i < c; i++) sum += x.values[pixel * c + i]! * w.values[(tap * c + i) * out + k]!;
          return end(sum, k);
        });
      },
      depthwiseConv2d({ x: given, filter, bias, strides, pad, dilations, activation }) {
        calls.push(`depthwise ${activation}`);
        const [x, w] = [use(given), use(filter)];
        const [r, s, c, m] = w.shape as [number, number, number, number];
        const end = finish(bias, activation);
        return windows(x, { kernel: [r, s], stride: strides, dilation: dilations, pad }, c * m, (taps, k) => {
          let sum = 0;
          for (const { pixel, tap } of taps)
            sum += x.values[pixel * c + Math.floor(k / m)]! * w.values[tap * c * m + k]!;
          return end(sum, k);
        });
      },
      matMul({ a, b, bias, activation }) {
        calls.push(`matMul ${activation}`);
        const [x, w] = [use(a), use(b)];
        const [features, out] = w.shape as [number, number];
        expect(x.shape[1]).toBe(features);
        const end = finish(bias, activation);
        const values: number[] = [];
        for (let i = 0; i < x.shape[0]!; i++)
          for (let k = 0; k < out; k++) {
            let sum = 0;
            for (let f = 0; f < features; f++) sum += x.values[i * features + f]! * w.values[f * out + k]!;
            values.push(end(sum, k));
          }
        return make([x.shape[0]!, out], values);
      },
    },
    maxPool: pool('maxPool', (values) => Math.max(...values)),
    avgPool: pool('avgPool', (values) => values.reduce((a, b) => a + b, 0) / values.length),
    mean(given, axes, keepDims) {
      calls.push('mean');
      expect([axes, keepDims]).toEqual([[1, 2], true]);
      const x = use(given);
      const [n, h, w, c] = x.shape as [number, number, number, number];
      const values = new Float64Array(n * c);
      x.values.forEach((value, i) => {
        values[Math.floor(i / (h * w * c)) * c + (i % c)]! += value / (h * w);
      });
      return make([n, 1, 1, c], values);
    },
    batchNorm(given, mean, variance, offset, scale, epsilon) {
      calls.push('batchNorm');
      const x = use(given);
      const at = (tensor: TfTensor, i: number) => use(tensor).values[i % x.shape[3]!]!;
      return make(
        x.shape,
        x.values.map(
          (v, i) => ((v - at(mean, i)) * at(scale, i)) / Math.sqrt(at(variance, i) + epsilon) + at(offset, i),
        ),
      );
    },
    concat(parts, axis) {
      calls.push('concat');
      expect(axis).toBe(-1);
      const fakes = parts.map(use);
      const pixels = count(fakes[0]!.shape.slice(0, 3));
      const values = Array.from({ length: pixels }, (_, pixel) =>
        fakes.flatMap(({ values, shape }) => [...values.subarray(pixel * shape[3]!, (pixel + 1) * shape[3]!)]),
      ).flat();
      return make([...fakes[0]!.shape.slice(0, 3), values.length / pixels], values);
    },
    reshape(x, shape) {
      calls.push('reshape');
      expect(shape[1]).toBe(-1);
      return make([shape[0]!, use(x).values.length / shape[0]!], use(x).values);
    },
    add: zip('add', (a, b) => a + b),
    mul: zip('mul', (a, b) => a * b),
    relu: map('relu'),
    relu6: map('relu6'),
    sigmoid: map('sigmoid'),
    tanh: map('tanh'),
  };
  return { tf, calls, live };
}
