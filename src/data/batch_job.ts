// The making of one batch: the same function on the main thread and in a worker, from plain data, to the same bits.

import type { Augmentation } from './augment.ts';
import { Draws } from './draws.ts';
import { drawBeta, hardTargets, mix, softTargets } from './mixup.ts';
import { isDecoded, type PictureSource, readSource } from './picture_source.ts';
import { type Transform, Transformer } from './transform.ts';

/** Everything that a batch depends on. */
export interface BatchJob {
  readonly sources: readonly PictureSource[];
  readonly names: readonly string[];
  /** The pictures' numbers in the data set, which their random numbers go by. */
  readonly indices: readonly number[];
  readonly labels: readonly number[];
  readonly classes: number;
  /** Where the batch begins in the epoch's order, which mixup's random numbers go by. */
  readonly start: number;
  readonly transform: Transform;
  readonly seed: number;
  readonly epoch: number;
}

export interface BatchData {
  /** [n, channels, crop, crop], row-major. */
  readonly images: Float32Array<ArrayBuffer>;
  /** [n, 1] class numbers, or [n, classes] probabilities where `soft`. */
  readonly targets: Float32Array<ArrayBuffer>;
  readonly soft: boolean;
}

/** Pictures that are decoded at one time: enough to keep a decoder's threads at work, and a bound on memory. */
const AT_ONCE = 4;

/** Makes a batch. Throws ImageError or DataError for a picture that cannot be read: nothing is left out. */
export async function makeBatch(job: BatchJob, signal?: AbortSignal): Promise<BatchData> {
  const { sources, indices, transform, labels } = job;
  const { crop, mean } = transform.preprocess;
  const size = mean.length * crop * crop;
  const images = new Float32Array(sources.length * size);
  const transformer = new Transformer(transform);
  const draws = new Draws(job.seed, job.epoch);
  const failed: { index: number; error: unknown }[] = [];
  let next = 0;
  const lane = async () => {
    while (next < sources.length && failed.length === 0) {
      const i = next++;
      const source = sources[i]!;
      try {
        const raw = isDecoded(source) ? source : await readSource(source, job.names[i]!, signal);
        transformer.write(raw, draws, indices[i]!, images, i * size);
      } catch (error) {
        failed.push({ index: i, error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const [first] = failed.sort((a, b) => a.index - b.index);
  if (first) throw first.error;

  const mixes = transform.augment.findIndex(({ kind }) => kind === 'mixup');
  if (mixes < 0) return { images, targets: hardTargets(labels), soft: false };
  const share = drawShare(
    transform.augment[mixes] as Extract<Augmentation, { kind: 'mixup' }>,
    draws.at(job.start, mixes),
  );
  if (share !== 1) mix(images, sources.length, share);
  return { images, targets: softTargets(labels, job.classes, share), soft: true };
}

/** Targets stay probabilities in batches that are left as they are, so that a step is compiled once. */
function drawShare({ p, alpha }: Extract<Augmentation, { kind: 'mixup' }>, draws: Draws): number {
  return draws.chance(p) ? drawBeta(alpha, draws) : 1;
}
