// Whether a weights file is of a model, found out from names and shapes alone.

import { builtin } from '../models/builtin.ts';
import { build, readConfig } from '../registry/build.ts';
import { classNames } from '../registry/classes/classes.ts';
import { namesThatFit } from '../registry/fit.ts';
import type { ModelSpec } from '../registry/plugin.ts';
import type { WeightsEntry } from '../weights/manifest.ts';
import type { TensorInfo } from '../weights/tensors.ts';

/** The built-in model's definition. The caller has looked for the name in the registry. */
export function specOf(model: string): ModelSpec {
  return Object.assign({}, ...builtin.map(({ models }) => models))[model];
}

/** Throws WeightsError 'weights_mismatch' with all that does not fit the model as its entry says it is built. */
export async function checkFit(
  model: string,
  { classes, preprocess, config = {} }: Pick<WeightsEntry, 'classes' | 'preprocess' | 'config'>,
  tensors: readonly TensorInfo[],
  source: string,
): Promise<void> {
  const spec = specOf(model);
  const { length } = await classNames(classes);
  const built = build(spec, { classes: length, size: preprocess.crop, config: readConfig(model, spec, config) });
  namesThatFit(built, tensors, `${source} for ${model}`);
}
