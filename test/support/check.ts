// Runs every kernel of an operator against its reference: alone, and between slices of a concatenated image with a halo.

import { expect } from 'vitest';
import { channelBlock } from '../../src/runtime/compile/choose_kernels.ts';
import type { Attributes, Value } from '../../src/runtime/graph/value.ts';
import { roundUp } from '../../src/runtime/plan/layout.ts';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { concat } from '../../src/wgsl/concat/concat.ts';
import { flatten } from '../../src/wgsl/flatten/flatten.ts';
import type { Operator } from '../../src/wgsl/op.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { gradientSummedBy } from './convolutions.ts';
import { testDevice } from './gpu.ts';
import {
  type AnyOperator,
  apply,
  boundOf,
  candidates,
  filled,
  graphInput,
  runValue,
  type TestTensor,
  worst,
} from './operators.ts';

export type Tensors = Readonly<Record<string, TestTensor>>;

/** torch's numbers for a reference's result: the reference must agree with them before it may judge a kernel. */
export interface Expected {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export function checkReference(reference: Reference, { shape, data }: Expected): void {
  expect(reference.shape).toEqual(shape);
  // The oracle's numbers are rounded to f32.
  const rounded = boundOf(reference).map((bound, i) => bound + 2 ** -24 * Math.abs(reference.y[i]!));
  expect(worst(data, reference.y, rounded), 'the reference against torch').toBeNull();
}

/** Every kernel that can serve this call, within the derived bound, leaving all other memory alone. */
export async function checkOperator(
  operator: AnyOperator,
  tensors: Tensors,
  attributes: Attributes,
  reference: Reference,
): Promise<void> {
  await checkValue(apply(operator, tensors, attributes), tensors, reference);
}

/** The same for a value of any graph whose last operator is the one in question. */
export async function checkValue(value: Value, tensors: Tensors, reference: Reference): Promise<void> {
  if (value.shape[0] !== 'n') {
    for (const kernel of await candidates(value))
      await checkRun(value, tensors, gradientSummedBy(kernel, reference, value, tensors), kernel, value);
    return;
  }
  const { facts } = await testDevice();
  const channels = reference.shape[1]!;
  const lanes = roundUp(channels, channelBlock(facts));
  const seen: Value = {
    kind: 'operator',
    name: 'all lanes',
    operator: allLanes,
    inputs: { x: value },
    attributes: {},
    shape: value.shape.with(1, lanes),
  };
  const padded = withZeros(reference, lanes);
  for (const kernel of await candidates(value)) await checkRun(seen, tensors, padded, kernel, value);
}

/** Shows the channels that only pad an image as well: kernels that read whole vectors count on zeros there. */
const allLanes: Operator = {
  name: 'all_lanes',
  inputs: ['x'],
  epilogue: false,
  macs: () => 0,
  view: (_, input) => (input.kind === 'image' ? { ...input, channels: input.written } : null),
  kernels: [{ name: 'view', suits: () => 1, emit: () => {} }],
};

function withZeros(reference: Reference, lanes: number): Reference {
  const [n = 1, channels = 1, ...rest] = reference.shape;
  const area = rest.reduce((product, dim) => product * dim, 1);
  const spread = (values: Float64Array) => {
    const wide = new Float64Array(n * lanes * area);
    for (let i = 0; i < n; i++)
      wide.set(values.subarray(i * channels * area, (i + 1) * channels * area), i * lanes * area);
    return wide;
  };
  const { y, terms, granted } = reference;
  const shape = [n, lanes, ...rest];
  return { shape, y: spread(y), terms: spread(terms), length: reference.length, granted: spread(granted) };
}

async function checkRun(value: Value, tensors: Tensors, reference: Reference, kernel: string, of: Value) {
  const run = await runValue(value, tensors, kernel, of);
  expect(run.shape, kernel).toEqual(reference.shape);
  expect(worst(run.y, reference.y, boundOf(reference)), kernel).toBeNull();
  expect(run.strayWrites, kernel).toBe(0);
}

/** A ReLU that asks for zeros around its input, so that whatever else reads that input meets strides of its own. */
export const haloRelu: Operator = {
  ...relu,
  kernels: relu.kernels.map((kernel) => ({
    ...kernel,
    needs: () => ({ x: { halo: { top: 1, left: 2, bottom: 3, right: 1 } } }),
  })),
};

/**
 * The operator on x [2, 8, 6, 5], which lies behind eight other channels in a concatenated image with a halo; where its
 * result has a multiple of eight channels it is itself written into such an image.
 */
export async function checkEmbedded(
  operator: AnyOperator,
  attributes: Attributes,
  referenceOf: (x: TestTensor, others: Tensors) => Reference,
  { input = 'x', others = {} }: { input?: string; others?: Tensors } = {},
): Promise<void> {
  const positive = (key: string, shape: readonly number[]) => filled(`embedded/${key}`, shape, 1, 1.5);
  const before = positive('before', [2, 8, 6, 5]);
  const x = positive('x', [2, 8, 6, 5]);
  const own = referenceOf(x, others);
  const beside = positive('beside', own.shape.with(1, 8));
  const pass = (key: string, tensor: TestTensor) => relu.of({ x: graphInput(key, tensor) }, {}, key);

  const part = pass('embedded', x);
  const root = concat.of({ 0: pass('before', before), 1: part }, {}, 'root');
  const rest = Object.fromEntries(Object.entries(others).map(([key, tensor]) => [key, graphInput(key, tensor)]));
  const result = operator.of({ ...rest, [input]: part }, attributes as never, 'under test');
  const haloed: Value = { ...relu.of({ x: part }, {}, 'haloed'), operator: haloRelu };
  const placed = concat.of({ 0: pass('beside', beside), 1: result }, {}, 'placed');
  const flat = [placed, haloed, root].map((value, i) => flatten.of({ x: value }, {}, `flat${i}`));
  const value = concat.of(Object.fromEntries(flat.entries()), {}, 'all');

  const exact = ({ shape, data }: TestTensor) => plain(shape, Float64Array.from(data));
  const expected = joined([exact(beside), own, exact(x), exact(before), exact(x)]);
  const tensors = { before, embedded: x, beside, ...others };
  for (const kernel of await candidates(result)) await checkRun(value, tensors, expected, kernel, result);
}

function plain(shape: readonly number[], y: Float64Array): Reference {
  return { shape, y, terms: new Float64Array(y.length), length: 1, granted: new Float64Array(y.length) };
}

/** References as rows [n, features], one behind the other. */
function joined(parts: readonly Reference[]): Reference {
  const [n = 1] = parts[0]!.shape;
  const rows = (of: (part: Reference) => Float64Array) =>
    Float64Array.from(Array.from({ length: n }, (_, i) => parts.flatMap((part) => [...row(of(part), i, n)])).flat());
  const y = rows((part) => part.y);
  return { ...plain([n, y.length / n], y), granted: rows(boundOf) };
}

function row(all: Float64Array, i: number, n: number): Float64Array {
  return all.subarray((i * all.length) / n, ((i + 1) * all.length) / n);
}
