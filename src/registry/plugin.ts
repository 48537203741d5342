// What a family of models is: a plugin, as data and build functions, checked by a schema when it is registered.

import * as z from 'zod/mini';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import { type WeightsEntry, weightsEntrySchema } from '../weights/manifest.ts';

/** What a model is built with beside its own configuration. */
export interface BuildConfig {
  /** Width of the last layer. */
  readonly classes: number;
}

/**
 * Writes the model's graph: takes the image [n, channels, height, width], returns the logits [n, classes]. Parameters are
 * declared through `scope`, in state_dict order, under torchvision's names. It is written once, for training and inference.
 */
export type Build = (scope: Scope, image: Value, config: BuildConfig) => Value;

/** The image a model was made for; fully convolutional models take others too, down to `minSize`. */
export interface InputSpec {
  readonly channels: number;
  /** Height and width. */
  readonly size: number;
  readonly minSize: number;
}

export interface ModelSpec {
  readonly build: Build;
  readonly input: InputSpec;
  /** Number of classes when the caller names none and no weights say. */
  readonly classes: number;
  readonly weights: readonly WeightsEntry[];
}

/** A family: models that share a paper and a file. */
export interface Plugin {
  /** The plugin contract's version; a plugin made for another is refused. */
  readonly contract: 1;
  readonly family: string;
  /** Authors, title, year; where in it the architecture stands. */
  readonly paper: string;
  readonly models: Readonly<Record<string, ModelSpec>>;
}

const positive = z.int().check(z.positive());

export const pluginSchema = z.object({
  contract: z.literal(1, 'this version of convoke reads plugins of contract 1'),
  family: z.string().check(z.minLength(1)),
  paper: z.string().check(z.minLength(1)),
  models: z.record(
    z.string().check(z.regex(/^[a-z][a-z0-9_]*$/, 'a model name is lower case letters, digits and underscores')),
    z.object({
      build: z.custom<Build>((build) => typeof build === 'function', 'build must be a function'),
      input: z.object({ channels: positive, size: positive, minSize: positive }),
      classes: positive,
      weights: z.array(weightsEntrySchema),
    }),
  ),
});

/** Declares a family. The result is registered with `registry.register`. */
export function defineModels(plugin: Omit<Plugin, 'contract'>): Plugin {
  return { contract: 1, ...plugin };
}
