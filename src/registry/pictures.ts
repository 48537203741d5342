// Pictures into a model: what decodes and prepares them is loaded with the first.

import { decodeImage } from '#decode';
import type { ImageSource } from '../image/pixels.ts';
import { preprocess } from '../image/preprocess.ts';
import { UsageError } from '../runtime/errors.ts';
import { Tensor } from '../runtime/tensor.ts';
import { best, type Classification } from './answers.ts';
import type { ClassifyOptions, Model } from './model.ts';

/** See `Model.read`. */
export async function read(
  model: Pick<Model, 'preprocess'>,
  image: ImageSource,
  options: { readonly signal?: AbortSignal },
): Promise<Tensor> {
  const { data, height, width } = preprocess(await decodeImage(image, options), model.preprocess);
  options.signal?.throwIfAborted();
  return new Tensor(new Float32Array(data), [1, model.preprocess.mean.length, height, width]);
}

/** See `Model.classify`. */
export async function classify(
  model: Pick<Model, 'classNames' | 'forward' | 'preprocess'>,
  image: ImageSource,
  { top = 5, signal }: ClassifyOptions,
): Promise<readonly Classification[]> {
  if (!(Number.isInteger(top) && top > 0))
    throw new UsageError('invalid_argument', `classify: top must be a positive whole number and is ${top}`);
  const logits = await model.forward(await read(model, image, signal ? { signal } : {}));
  signal?.throwIfAborted();
  return best(await logits.data(), top, model.classNames);
}

export { stream } from './stream.ts';
export { warmedUp, warmUp } from './warmup.ts';
