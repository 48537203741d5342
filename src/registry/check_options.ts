// The options of `load`, checked before anything is started.

import { UsageError } from '../runtime/errors.ts';
import { readConfig } from './build.ts';
import type { LoadOptions } from './load.ts';
import { nearest } from './nearest.ts';
import type { ModelSpec } from './plugin.ts';

// A record, so that the compiler sees to it that none is forgotten.
const names: Readonly<Record<keyof LoadOptions, true>> = {
  pretrained: true,
  weights: true,
  classes: true,
  classNames: true,
  size: true,
  config: true,
  preprocess: true,
  device: true,
  driver: true,
  hub: true,
  offline: true,
  cacheDir: true,
  signal: true,
  onProgress: true,
  freeze: true,
  precision: true,
  seed: true,
  budgetBytes: true,
  tune: true,
  warmup: true,
};

/** Throws UsageError 'invalid_argument', or the signal's reason. */
export function checkOptions(name: string, spec: ModelSpec, options: LoadOptions): void {
  const { pretrained, weights, classes, classNames, size, preprocess, precision, seed, budgetBytes, warmup, signal } =
    options;
  signal?.throwIfAborted();
  for (const key of Object.keys(options))
    if (!Object.hasOwn(names, key)) {
      const [close] = nearest(key, Object.keys(names));
      throw wrong(name, `there is no option ${key}${close ? `; did you mean ${close}?` : ''}`);
    }
  if (pretrained === '') throw wrong(name, 'pretrained must be true, false or the id of an entry, and is empty');
  if (pretrained && weights !== undefined) throw wrong(name, 'give either pretrained or weights, not both');
  for (const [key, value] of Object.entries({
    classes,
    size,
    budgetBytes,
    warmup: typeof warmup === 'boolean' ? 1 : warmup,
  }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
      throw wrong(name, `${key} must be a positive whole number and is ${value}`);
  if (seed !== undefined && seed !== seed >>> 0)
    throw wrong(name, `seed must be a whole number from 0 to ${2 ** 32 - 1} and is ${seed}`);
  if (precision !== undefined && precision !== 'f32' && precision !== 'f16')
    throw wrong(name, `precision must be f32 or f16 and is ${precision}`);
  readConfig(`load ${name}`, spec, options.config ?? {});
  if (classNames?.length === 0) throw wrong(name, 'classNames is empty');
  if (classes !== undefined && classNames && classNames.length !== classes)
    throw wrong(name, `classes is ${classes} and classNames has ${classNames.length}`);
  if (preprocess) {
    const { channels } = spec.input;
    const { mean, std } = preprocess;
    if (mean.length !== channels || std.length !== channels)
      throw wrong(name, `preprocess has ${mean.length} means and ${std.length} stds, the model ${channels} channels`);
  }
  const given = size ?? preprocess?.crop;
  if (given !== undefined) checkSize(name, spec, given);
}

/** Throws UsageError 'invalid_argument' for an input smaller than the model's smallest. */
export function checkSize(name: string, { input: { minSize } }: ModelSpec, size: number): void {
  if (size < minSize) throw wrong(name, `size ${size} is below the model's smallest, ${minSize}`);
}

/** An error of `load`. */
export function wrong(name: string, what: string): UsageError {
  return new UsageError('invalid_argument', `load ${name}: ${what}`);
}
