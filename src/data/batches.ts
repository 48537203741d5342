// A data set in batches, made ahead of their use and off the main thread.

import { workers as platform } from '#workers';
import type { Preprocess } from '../image/preprocess_spec.ts';
import { UsageError } from '../runtime/errors.ts';
import { unlessAborted } from '../runtime/unless_aborted.ts';
import type { Augmentation } from './augment.ts';
import { type BatchData, type BatchJob, makeBatch } from './batch_job.ts';
import { type BatchWorker, giveWorkers, takeWorkers } from './batch_pool.ts';
import type { Dataset } from './dataset.ts';
import { isDecoded, type PictureSource } from './picture_source.ts';
import { randomOrder } from './random_order.ts';
import { checkTransform } from './transform.ts';

/**
 * How a data set is gone through. What a batch holds depends on the data set and on these alone, not on threads or
 * speed.
 */
export interface BatchOptions {
  readonly batchSize: number;
  /** The model's own: `model.preprocess`. */
  readonly preprocess: Preprocess;
  /** Of the order and of every random number, 32 bits. Default: 0. */
  readonly seed?: number;
  /** Counted from 0. Default: 0. */
  readonly epoch?: number;
  /** Whether the order is random, by seed and epoch. Default: false. */
  readonly shuffle?: boolean;
  /** Whether a smaller batch at the end is left out. Default: false. */
  readonly dropLast?: boolean;
  readonly augment?: readonly Augmentation[];
  /** Where in the order to begin: the `position` of the last batch that was used. Default: 0. */
  readonly from?: number;
  /** Width of soft targets. Default: the data set's. */
  readonly classes?: number;
  /** Batches made ahead, which bounds memory. Default: 2, or one more than the workers. */
  readonly prefetch?: number;
  /**
   * Threads that decode and augment. 0 makes batches on this thread, between its other work. Default: 0 where
   * pictures lie decoded in memory, otherwise all cores but one, at most 4. Where threads cannot be started, this one
   * serves, to the same bits.
   */
  readonly workers?: number;
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal;
}

/** Inputs and targets of one training step. */
export interface Batch extends BatchData {
  /** [n, channels, height, width] of `images`. */
  readonly shape: readonly [n: number, channels: number, height: number, width: number];
  readonly labels: readonly number[];
  /** The pictures' numbers in the data set. */
  readonly indices: readonly number[];
  /** How many pictures of the epoch have gone by with this batch: `from` of what comes next. */
  readonly position: number;
}

/**
 * Goes through a data set once, in batches. Throws UsageError for options that do not fit, and, while it goes,
 * ImageError or DataError for a picture that cannot be read: nothing is left out.
 */
export function batches(dataset: Dataset, options: BatchOptions): AsyncIterableIterator<Batch> {
  check(dataset, options);
  return run(dataset, options);
}

/** A batch that is on its way. */
interface Coming {
  readonly job: BatchJob;
  readonly data: Promise<BatchData>;
}

async function* run(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, seed = 0, epoch = 0, shuffle = false, dropLast = false, from = 0, signal } = options;
  signal?.throwIfAborted();
  const order = shuffle ? randomOrder(dataset.length, seed, epoch) : null;
  const end = dropLast ? from + Math.floor((dataset.length - from) / batchSize) * batchSize : dataset.length;
  const wanted = from < end ? (options.workers ?? defaultWorkers(dataset, order?.[from] ?? from)) : 0;
  const threads = wanted > 0 ? await takeWorkers(wanted) : [];
  const ahead = options.prefetch ?? Math.max(2, threads.length + 1);
  const coming: Coming[] = [];
  let start = from;
  let turn = 0;
  const fill = () => {
    for (; coming.length < ahead && start < end; start += batchSize) {
      const length = Math.min(batchSize, end - start);
      const indices = Array.from({ length }, (_, i) => order?.[start + i] ?? start + i);
      const job = jobOf(dataset, indices, start, options);
      const thread = threads[turn++ % threads.length];
      const data = make(dataset, job, thread, signal);
      data.catch(() => {}); // told when its turn comes, or to nobody if the iteration ends before
      coming.push({ job, data });
    }
  };
  try {
    for (fill(); coming.length > 0; fill()) {
      const { job, data } = coming.shift()!;
      const made = await unlessAborted(data, signal);
      fill();
      yield batchOf(job, made);
      signal?.throwIfAborted();
    }
  } finally {
    giveWorkers(threads);
  }
}

function jobOf(dataset: Dataset, indices: readonly number[], start: number, options: BatchOptions): BatchJob {
  return {
    sources: dataset.source ? indices.map((index) => dataset.source!(index)) : [],
    names: indices.map((index) => dataset.name(index)),
    indices,
    labels: indices.map((index) => dataset.label(index)),
    classes: options.classes ?? dataset.classes,
    start,
    transform: { preprocess: options.preprocess, augment: options.augment ?? [] },
    seed: options.seed ?? 0,
    epoch: options.epoch ?? 0,
  };
}

function batchOf({ indices, labels, start, transform: { preprocess } }: BatchJob, data: BatchData): Batch {
  const shape = [indices.length, preprocess.mean.length, preprocess.crop, preprocess.crop] as const;
  return { ...data, shape, labels, indices, position: start + indices.length };
}

async function make(
  dataset: Dataset,
  job: BatchJob,
  thread: BatchWorker | undefined,
  signal: AbortSignal | undefined,
): Promise<BatchData> {
  const whole = dataset.source ? job : { ...job, sources: await readAll(dataset, job.indices, signal) };
  if (thread) return thread.make({ ...whole, sources: whole.sources.map(owned) });
  await platform.pause(); // the batch before this one is on its way to the GPU first
  signal?.throwIfAborted();
  return makeBatch(whole, signal);
}

/** One after another, for data sets that decode by themselves. */
async function readAll(dataset: Dataset, indices: readonly number[], signal?: AbortSignal): Promise<PictureSource[]> {
  const pictures: PictureSource[] = [];
  for (const index of indices) pictures.push(await dataset.read(index, signal));
  return pictures;
}

/** A view would be sent with all the memory behind it. */
function owned(source: PictureSource): PictureSource {
  return isDecoded(source) ? { width: source.width, height: source.height, data: source.data.slice() } : source;
}

function defaultWorkers(dataset: Dataset, first: number): number {
  if (!dataset.source || isDecoded(dataset.source(first))) return 0;
  return Math.min(4, Math.max(1, platform.cores() - 1));
}

function check(dataset: Dataset, options: BatchOptions): void {
  const { batchSize, seed = 0, epoch = 0, from = 0, classes, prefetch = 2, workers = 0 } = options;
  const whole = (name: string, value: number, low: number, high: number) => {
    if (Number.isInteger(value) && value >= low && value <= high) return;
    throw new UsageError('invalid_argument', `batches: ${name} from ${low} to ${high} expected, got ${value}`);
  };
  const most = 2 ** 32 - 1;
  whole('batchSize', batchSize, 1, most);
  whole('seed', seed, 0, most);
  whole('epoch', epoch, 0, most);
  whole('from', from, 0, dataset.length);
  whole('prefetch', prefetch, 1, 1000);
  whole('workers', workers, 0, 64);
  if (classes !== undefined) whole('classes', classes, dataset.classes, most);
  checkTransform({ preprocess: options.preprocess, augment: options.augment ?? [] });
}
