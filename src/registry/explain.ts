// What a picture's answer rests on, by the gradient of one logit: Grad-CAM at the last layer that has places, saliency at the pixels.

import { loadKernels } from '../runtime/compile/compile.ts';
import { differentiate } from '../runtime/compile/differentiate.ts';
import { compileTraining, forwardForTraining } from '../runtime/compile/training.ts';
import { Executor } from '../runtime/device/executor.ts';
import { UsageError } from '../runtime/errors.ts';
import { type Graph, graphOf } from '../runtime/graph/graph.ts';
import { input } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import { imageSize } from '../runtime/plan/layout.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { OpenedModel } from './model.ts';

// They pass places on; what they see stands before them.
const passing = new Set(['max_pool2d', 'avg_pool2d', 'adaptive_avg_pool2d', 'dropout', 'stochastic_depth', 'slice']);

/** `answer` is the logits of the image; class `given`, or else the largest of them, is explained. */
export async function explain(
  method: 'gradCam' | 'saliency',
  name: string,
  { device, graph, state }: OpenedModel,
  image: Tensor,
  answer: Tensor,
  given: number | undefined,
): Promise<Tensor> {
  const answers = await answer.data();
  const index = given ?? answers.indexOf(Math.max(...answers));
  const classes = Number(graph.outputs.logits!.shape[1]);
  if (!(Number.isInteger(index) && index >= 0 && index < classes))
    throw new UsageError('invalid_argument', `${method} of ${name}: class ${index} is none of 0 to ${classes - 1}`);
  const { facts } = device;
  const made = explanation(method, graph, facts);
  await loadKernels(made, facts);
  const program = compileTraining(made, facts);
  const reader = await state(undefined);
  const loading = Executor.load(device.acquired, device.pipelines, program, reader.read());
  const executor = await loading.finally(() => reader.close());
  try {
    const upstream = new Float32Array(classes);
    upstream[index] = 1;
    const { seen, gradient } = await executor.run(1, { image: await image.data(), upstream });
    const { channels, height, width } = imageSize(made.outputs.gradient!.shape);
    if (method === 'saliency') return new Tensor(scaled(largest(gradient!, channels)), [height, width]);
    const [, , high = 1, wide = 1] = image.shape;
    const map = weighted(seen!, gradient!, channels);
    return new Tensor(scaled(enlarge(map, height, width, high, wide)), [high, wide]);
  } finally {
    executor.dispose();
  }
}

/** What is seen, and the gradient of the logit there; the model as it runs, with nothing dropped and batch norms as they are. */
function explanation(method: 'gradCam' | 'saliency', model: Graph, facts: AdapterFacts): Graph {
  const mode = { random: input('random', [4]), dropout: false, frozen: () => true };
  const forward = forwardForTraining(model, facts, mode);
  const logits = forward.outputs.logits!;
  const seen = method === 'saliency' ? forward.values.find(({ kind }) => kind === 'input') : lastWithPlaces(forward);
  if (!seen) throw new UsageError('invalid_argument', `${method}: the model has no layer with places`);
  const gradient = differentiate([{ of: logits, gradient: input('upstream', logits.shape) }], new Set([seen])).get(
    seen,
  );
  if (!gradient) throw new UsageError('invalid_argument', `${method}: the logits do not follow from ${seen.name}`);
  return graphOf({ seen, gradient });
}

function lastWithPlaces({ values }: Graph): Value | undefined {
  return values.findLast(({ operator, shape }) => {
    const { height, width } = imageSize(shape);
    return operator && !passing.has(operator.name) && shape.length === 4 && height * width > 1;
  });
}

/** Channels as their mean gradient weighs them, and of that what speaks for the class (equations 1 and 2). */
function weighted(seen: Float32Array, gradient: Float32Array, channels: number): Float64Array {
  const area = seen.length / channels;
  const map = new Float64Array(area);
  for (let c = 0; c < channels; c++) {
    const weight = gradient.subarray(c * area, (c + 1) * area).reduce((sum, v) => sum + v, 0) / area;
    for (let i = 0; i < area; i++) map[i]! += weight * seen[c * area + i]!;
  }
  return map.map((v) => Math.max(0, v));
}

function largest(gradient: Float32Array, channels: number): Float64Array {
  const area = gradient.length / channels;
  const map = new Float64Array(area);
  for (let i = 0; i < gradient.length; i++) map[i % area] = Math.max(map[i % area]!, Math.abs(gradient[i]!));
  return map;
}

/** Bilinear, pixel centres kept. */
function enlarge(map: Float64Array, height: number, width: number, high: number, wide: number): Float64Array {
  const across = Array.from({ length: wide }, (_, i) => between(i, wide, width));
  return Float64Array.from({ length: high * wide }, (_, i) => {
    const [top, bottom, down] = between(Math.floor(i / wide), high, height);
    const [left, right, along] = across[i % wide]!;
    const row = (h: number) => map[h * width + left]! * (1 - along) + map[h * width + right]! * along;
    return row(top) * (1 - down) + row(bottom) * down;
  });
}

/** Of `size` pixels the two around the middle of pixel `i` of `more`, and how far from the first it lies. */
function between(i: number, more: number, size: number): [number, number, number] {
  const at = Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / more - 0.5));
  const first = Math.floor(at);
  return [first, Math.min(size - 1, first + 1), at - first];
}

function scaled(map: Float64Array): Float32Array<ArrayBuffer> {
  const most = map.reduce((a, b) => Math.max(a, b), 0);
  return Float32Array.from(map, (v) => (most > 0 ? v / most : 0));
}
