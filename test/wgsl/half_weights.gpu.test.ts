// Convolutions and linear layers in half precision, by every kernel, against the float64 reference of the same numbers.

import { describe, expect, it } from 'vitest';
import type { Choose } from '../../src/runtime/compile/choose_kernels.ts';
import { compileHalf } from '../../src/runtime/compile/half.ts';
import type { Graph } from '../../src/runtime/graph/graph.ts';
import type { AdapterFacts } from '../../src/runtime/plan/facts.ts';
import type { Program } from '../../src/runtime/plan/program.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { linearReference } from '../../src/wgsl/linear/linear.ref.ts';
import { linear } from '../../src/wgsl/linear/linear.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { type FormName, isWinograd, winogradTerms } from '../../src/wgsl/winograd/winograd.ref.ts';
import {
  type ConvolutionAttributes,
  type ConvolutionTensors,
  convolution,
  convolutionCase,
  convolutionCases,
  reader,
  summedBy,
} from '../support/convolutions.ts';
import { testDevice } from '../support/gpu.ts';
import { exactHalves, HALF_ROUNDING, halfError, SMALLEST_HALF } from '../support/halves.ts';
import { apply, boundOf, candidates, filled, runValue, type TestTensor, worst } from '../support/operators.ts';

const { facts } = await testDevice();

type Tensors = Readonly<Record<string, TestTensor>>;

function exact<T extends Tensors | ConvolutionTensors>(tensors: T): T {
  const entries = Object.entries(tensors as Tensors).map(([key, tensor]) => [
    key,
    { ...tensor, data: exactHalves(tensor.data) },
  ]);
  return Object.fromEntries(entries) as T;
}

/** Adapters that the test's own can play: `f16` is what tells whether images are stored so. */
const adapters: readonly (readonly [string, AdapterFacts])[] = [
  ['this adapter', facts],
  ...(facts.features.f16
    ? ([['one without shader-f16', { ...facts, features: { ...facts.features, f16: false } }]] as const)
    : []),
];

/** Compiles for `as`, in half precision, and checks that all weights that runs read are. */
function compiledFor(as: AdapterFacts) {
  return (graph: Graph, _: AdapterFacts, choose: Choose): Program => {
    const program = compileHalf(graph, as, choose);
    const weights = program.run.flatMap(({ bind }) => (bind.w ? [program.buffers[bind.w.id]!.layout] : []));
    expect(weights.length).toBeGreaterThan(0);
    for (const layout of weights) expect(layout).toMatchObject({ half: true });
    return program;
  };
}

/** What rounding adds to the bound of the sums: the result is stored as f16, and so are Winograd's filters. */
function bound(
  kernel: string,
  reference: Reference,
  as: AdapterFacts,
  convolved?: { tensors: ConvolutionTensors; padding: ConvolutionAttributes['padding'] },
): Float64Array {
  const sums = boundOf(reference);
  const stored = as.features.f16 && reference.shape.length === 4;
  const filters = isWinograd(kernel) && convolved ? filterError(convolved.tensors, convolved.padding, kernel) : null;
  return sums.map((sum, i) => sum + (filters?.[i] ?? 0) + (stored ? halfError(reference.y[i]!) : 0));
}

/** Of transformed filters, as far as their rounding reaches the result. None of |G| 1 |G^T| is less than 0.39. */
function filterError(
  { x, w }: ConvolutionTensors,
  padding: ConvolutionAttributes['padding'],
  form: FormName,
): Float64Array {
  const smallest = { shape: w.shape, data: new Float32Array(w.data.length).fill(SMALLEST_HALF / 0.39) };
  const flushed = winogradTerms(x, smallest, padding, form).terms;
  return winogradTerms(x, w, padding, form).terms.map((sum, i) => HALF_ROUNDING * sum + flushed[i]!);
}

describe.each(adapters)('in half precision on %s', (_, as) => {
  const compiled = compiledFor(as);

  it.each(convolutionCases)('conv2d: %s', async (...given) => {
    const { tensors: rounded, attributes } = convolutionCase(given);
    const tensors = exact(rounded);
    const reference = convolution(tensors, attributes);
    const value = apply(conv2d, { ...tensors }, attributes);
    for (const kernel of await candidates(value, as.features.f16)) {
      const result = attributes.activation ? reader.of({ x: value }, {}, 'reader') : value;
      const run = await runValue(result, { ...tensors }, kernel, value, compiled);
      const summed = summedBy(kernel, reference, tensors, attributes);
      const within = bound(kernel, summed, as, { tensors, padding: attributes.padding });
      expect(worst(run.y, reference.y, within), kernel).toBeNull();
      expect(run.strayWrites, kernel).toBe(0);
    }
  });

  it.each([
    ['one image', [1, 300], 50],
    ['three images, an odd count of weights', [3, 13], 7],
    ['pixels', [2, 20, 5, 3], 36],
  ] as const)('linear: %s', async (name, shape, out) => {
    const tensors = exact({
      x: filled(`linear ${name}/x`, shape),
      w: filled(`linear ${name}/w`, [out, shape[1]], 1, 0, true),
      bias: filled(`linear ${name}/bias`, [out], 1, 0, true),
    });
    const reference = linearReference(tensors.x, tensors.w, tensors.bias);
    const value = apply(linear, tensors, {});
    for (const kernel of await candidates(value, as.features.f16)) {
      const run = await runValue(value, tensors, kernel, value, compiled);
      // A vector's image is stored in f32, its input was given as f16 has it.
      expect(worst(run.y, reference.y, bound(kernel, reference, as)), kernel).toBeNull();
      expect(run.strayWrites, kernel).toBe(0);
    }
  });

  it('rounds each weight to an f16 beside it', async () => {
    const w = filled('rounded/w', [50, 1, 1, 1], 1, 0, true);
    const one = { shape: [1, 1, 1, 1], data: Float32Array.of(1) };
    const value = apply(conv2d, { x: one, w }, {});
    for (const kernel of await candidates(value, as.features.f16)) {
      const { y } = await runValue(value, { x: one, w }, kernel, value, compiled);
      expect(worst(y, w.data, Float64Array.from(w.data, halfError)), kernel).toBeNull();
      expect([...exactHalves(y.slice())], kernel).toEqual([...y]);
      expect([...y], kernel).not.toEqual([...w.data]);
    }
  });
});

describe('in half precision as on a GPU', () => {
  // No subgroups of one size, and workgroups as they are there.
  const gpu = { ...facts, fallback: false, subgroupSize: null };

  it.each([
    ['conv2d_tile', 1],
    ['conv2d_grouped', 3],
    ['depthwise_block', 12],
  ] as const)('%s', async (kernel, groups) => {
    const rounded = {
      x: filled(`${kernel}/x`, [2, 12, 9, 11]),
      w: filled(`${kernel}/w`, [12, 12 / groups, 3, 3], 1, 0, true),
    };
    const tensors = exact(rounded);
    const attributes: ConvolutionAttributes = { stride: [2, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups };
    const value = apply(conv2d, tensors, attributes);
    const run = await runValue(value, tensors, undefined, value, (graph, _, choose) => {
      const program = compiledFor(gpu)(graph, facts, choose);
      expect(program.run.map((step) => step.kernel.name)).toContain(kernel);
      return program;
    });
    const reference = convolution(tensors, attributes);
    expect(worst(run.y, reference.y, bound(kernel, reference, gpu))).toBeNull();
    expect(run.strayWrites).toBe(0);
  });
});
