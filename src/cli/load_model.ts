// A model as the flags ask for it, with bars while it loads.

import { existsSync } from 'node:fs';
import { classNamesOf, type Dataset } from '../data/dataset.ts';
import { registry } from '../index.ts';
import { classNames } from '../registry/classes/classes.ts';
import type { LoadOptions } from '../registry/load.ts';
import type { Model } from '../registry/model.ts';
import { UsageError } from '../runtime/errors.ts';
import type { Arguments } from './arguments.ts';
import { showProgress } from './progress.ts';

/** Published weights where the flags name none. */
export async function loadModel(name: string, args: Arguments, signal: AbortSignal): Promise<Model> {
  return load(name, args, signal, { ...(await askedWeights(name, args.weights)), ...storedAs(args) });
}

/**
 * For data of certain classes. Weights of the caller's own take their names from the data; published ones have theirs, which
 * must be as many. Throws UsageError 'invalid_argument' where they are not.
 */
export async function loadForData(
  name: string,
  args: Arguments,
  dataset: Dataset,
  signal: AbortSignal,
): Promise<Model> {
  const asked = await askedWeights(name, args.weights);
  const { classes } = dataset;
  const own = 'weights' in asked ? { classes, classNames: classNamesOf(dataset) } : {};
  const model = await load(name, args, signal, { ...asked, ...own, ...storedAs(args) });
  const names = model.classNames;
  if (!names || names.length === classes) return model;
  model.dispose();
  throw new UsageError('invalid_argument', `${name} has weights for ${names.length} classes, the data has ${classes}`);
}

/** The weights of `options` alone, if any: what neither a file nor a hub gives starts from the seed. */
export async function load(
  name: string,
  { hub, offline, driver }: Arguments,
  signal: AbortSignal,
  options: LoadOptions,
): Promise<Model> {
  const bars = await showProgress();
  try {
    const { onProgress } = bars;
    return await registry.load(name, { hub, offline, driver, signal, onProgress, ...options });
  } finally {
    bars.stop();
  }
}

/** What training begins with: nothing published unless it is asked for. */
export function startingWeights({ pretrained, weights }: Arguments): LoadOptions {
  if (weights !== undefined) return isId(weights) ? { pretrained: weights } : { weights };
  return pretrained ? { pretrained: true } : {};
}

/** For runs: training has a precision of its own. */
const storedAs = ({ precision }: Arguments): LoadOptions => (precision ? { precision } : {});

/** A word that no file is called is the id of an entry. */
const isId = (weights: string): boolean => /^\w+$/.test(weights) && !existsSync(weights);

async function askedWeights(name: string, weights: string | undefined): Promise<LoadOptions> {
  if (weights === undefined) return { pretrained: true };
  if (isId(weights)) return { pretrained: weights };
  const usual = registry.info(name).weights.find((entry) => entry.default);
  return usual ? { weights, classNames: await classNames(usual.classes) } : { weights };
}
