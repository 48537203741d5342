// How well models do on a dataset: top-1, top-5, loss, which classes are taken for which, and what was answered wrongly.

import { batches } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { type ViewKind, views } from '../data/views.ts';
import type { Preprocess } from '../image/preprocess_spec.ts';
import { UsageError } from '../runtime/errors.ts';
import { Tensor } from '../runtime/tensor.ts';

/** What evaluation needs of a model. */
export interface Answering {
  readonly name: string;
  readonly preprocess: Preprocess;
  forward(batch: Tensor): Promise<Tensor>;
}

export interface EvaluateOptions {
  /** Parts of each picture whose answers are averaged (Krizhevsky et al. 2012, section 4.1). Default: its centre alone. */
  readonly views?: ViewKind;
  /** Pictures a run. Default 64. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

export interface Wrong {
  readonly index: number;
  readonly label: number;
  readonly answer: number;
  readonly probability: number;
}

export interface Evaluation {
  /** Mean cross-entropy of the averaged probabilities. */
  readonly loss: number;
  /** Shares, 0 to 1. */
  readonly top1: number;
  readonly top5: number;
  readonly count: number;
  /** [label][answer]: pictures. */
  readonly confusion: readonly (readonly number[])[];
  readonly wrong: readonly Wrong[];
}

/**
 * Several models answer together: their probabilities are averaged. Throws UsageError where a model has other classes than the
 * dataset, ImageError and DataError for what cannot be read, or the signal's reason.
 */
export async function evaluate(
  models: readonly Answering[],
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { batchSize = 64, views: kind = 'centre', signal, onProgress } = options;
  if (models.length === 0) throw new UsageError('invalid_argument', 'evaluate: there is no model');
  const { classes } = dataset;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const wrong: Wrong[] = [];
  let [loss, top1, top5] = [0, 0, 0];
  const readers = models.map((model) => probabilities(model, dataset, kind, batchSize, signal));
  for (let from = 0; from < dataset.length; from += batchSize) {
    const parts: Float64Array[] = [];
    for (const reader of readers) parts.push((await reader.next()).value as Float64Array);
    const n = Math.min(batchSize, dataset.length - from);
    for (let i = 0; i < n; i++) {
      const index = from + i;
      const label = dataset.label(index);
      const mean = Float64Array.from({ length: classes }, (_, c) => average(parts, i * classes + c));
      const answer = mean.indexOf(Math.max(...mean));
      const own = mean[label]!;
      loss -= Math.log(Math.max(own, Number.MIN_VALUE));
      // Ties count for the lower class number, as they do for the answer.
      const above = mean.filter((p, c) => p > own || (p === own && c < label)).length;
      if (above === 0) top1++;
      else wrong.push({ index, label, answer, probability: mean[answer]! });
      if (above < 5) top5++;
      confusion[label]![answer]!++;
    }
    onProgress?.(from + n, dataset.length);
  }
  const count = dataset.length;
  return { loss: loss / count, top1: top1 / count, top5: top5 / count, count, confusion, wrong };
}

/** Of every batch in the dataset's order: [n, classes], averaged over each picture's views. */
async function* probabilities(
  model: Answering,
  dataset: Dataset,
  kind: ViewKind,
  batchSize: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float64Array> {
  const { name, preprocess } = model;
  for await (const { input, pictures } of inputs(dataset, preprocess, kind, batchSize, signal)) {
    signal?.throwIfAborted();
    const logits = await model.forward(input);
    const [rows = 0, classes = 0] = logits.shape;
    if (classes !== dataset.classes)
      throw new UsageError(
        'invalid_argument',
        `evaluate ${name}: it has ${classes} classes, the data ${dataset.classes}`,
      );
    yield averaged(await logits.data(), rows, classes, pictures);
  }
}

/** The dataset in its order; a picture's views follow each other. */
async function* inputs(
  dataset: Dataset,
  preprocess: Preprocess,
  kind: ViewKind,
  batchSize: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ input: Tensor; pictures: number }> {
  if (kind === 'centre') {
    for await (const { images, shape } of batches(dataset, { batchSize, preprocess, ...(signal && { signal }) }))
      yield { input: new Tensor(images, shape), pictures: shape[0] };
    return;
  }
  for (let from = 0; from < dataset.length; from += batchSize) {
    const pictures = Math.min(batchSize, dataset.length - from);
    const seen = [];
    for (let i = 0; i < pictures; i++) seen.push(views(await dataset.read(from + i, signal), preprocess, kind));
    const [count, ...image] = seen[0]!.shape;
    const data = new Float32Array(pictures * seen[0]!.data.length);
    for (const [i, view] of seen.entries()) data.set(view.data, i * view.data.length);
    yield { input: new Tensor(data, [pictures * count, ...image]), pictures };
  }
}

/** Softmax of every row, and the mean of each picture's rows, which follow each other. */
function averaged(logits: Float32Array, rows: number, classes: number, pictures: number): Float64Array {
  const views = rows / pictures;
  const mean = new Float64Array(pictures * classes);
  for (let row = 0; row < rows; row++) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const top = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const powers = Float64Array.from(own, (logit) => Math.exp(logit - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    const to = Math.floor(row / views) * classes;
    for (let c = 0; c < classes; c++) mean[to + c]! += powers[c]! / sum / views;
  }
  return mean;
}

const average = (parts: readonly Float64Array[], i: number): number =>
  parts.reduce((sum, part) => sum + part[i]!, 0) / parts.length;
