// What a family of models is: a plugin, as data and build functions, checked by a schema when it is registered.

import * as z from 'zod/mini';
import { UsageError } from '../runtime/errors.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import { schemaIssue } from '../runtime/schema_issue.ts';
import { positive } from '../runtime/whole_number.ts';
import { type WeightsEntry, weightsEntrySchema } from '../weights/manifest.ts';

/** What every model is built with; what its own `config` schema gives comes beside it. */
export interface BuildConfig {
  /** Width of the last layer. */
  readonly classes: number;
}

/** The last values of a model that has more than one: what it answers, and heads that only help it to learn. */
export interface Heads {
  readonly logits: Value;
  /** By name; each gives logits of its own, and its loss counts `weight` times while training. */
  readonly auxiliary: Readonly<Record<string, { readonly logits: Value; readonly weight: number }>>;
}

export type ConfigValue = number | string | boolean;
export type Config = Readonly<Record<string, ConfigValue>>;

/**
 * Writes the model's graph: takes the image [n, channels, height, width], returns the logits [n, classes]. Parameters are
 * declared through `scope`, in state_dict order, under torchvision's names. It is written once, for training and inference.
 */
export type Build = (scope: Scope, image: Value, config: BuildConfig & Config) => Value | Heads;

export type ConfigSchema = z.ZodMiniType<Config, Config>;

/** The image a model was made for; fully convolutional models take others too, down to `minSize`. */
export interface InputSpec {
  readonly channels: number;
  /** Height and width. */
  readonly size: number;
  readonly minSize: number;
}

export interface ModelSpec {
  readonly build: Build;
  /** What a caller may choose, with defaults for all of it; `configured` gives this and `build` their types. */
  readonly config?: ConfigSchema;
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

const text = z.string('must be text').check(z.minLength(1, 'must not be empty'));

const inputSchema = z
  .object({ channels: positive, size: positive, minSize: positive }, 'must be an object')
  .check(
    z.refine(({ size, minSize }) => minSize <= size, { error: 'must not be larger than size', path: ['minSize'] }),
  );

const modelSchema = z
  .object(
    {
      build: z.custom<Build>((build) => typeof build === 'function', 'must be a function'),
      config: z.optional(z.custom<ConfigSchema>((schema) => schema instanceof z.ZodMiniType, 'must be a zod schema')),
      input: inputSchema,
      classes: positive,
      weights: z.array(weightsEntrySchema, 'must be a list'),
    },
    'must be an object',
  )
  .check(
    z.refine(({ weights }) => new Set(weights.map(({ id }) => id)).size === weights.length, {
      error: 'must not have an id twice',
      path: ['weights'],
    }),
    z.refine(({ weights }) => weights.filter((entry) => entry.default).length <= 1, {
      error: 'must not have two defaults',
      path: ['weights'],
    }),
    z.refine(
      ({ weights, input: { channels } }) =>
        weights.every(({ preprocess: { mean, std } }) => mean.length === channels && std.length === channels),
      { error: 'must have a mean and a std for each channel of the input', path: ['weights'] },
    ),
  );

const pluginSchema = z.object({
  contract: z.custom<1>((version) => version === 1, 'must be 1, the contract this version of convoke reads'),
  family: text,
  paper: text,
  models: z.custom<Readonly<Record<string, unknown>>>(
    (models) => typeof models === 'object' && models !== null,
    'must be an object of models by name',
  ),
});

/** Throws UsageError 'invalid_plugin' that names the field, what it must be and what it is. */
export function checkPlugin(plugin: unknown): void {
  const family = (plugin as { readonly family?: unknown } | null | undefined)?.family;
  const name = typeof family === 'string' && family !== '' ? `plugin ${family}` : 'a plugin';
  const bad = (what: string) => new UsageError('invalid_plugin', `${name}: ${what}`);
  const { data, error } = pluginSchema.safeParse(plugin);
  if (error) throw bad(inWords('', error, plugin));
  for (const [model, spec] of Object.entries(data.models)) {
    if (!/^[a-z][a-z0-9_]*$/.test(model))
      throw bad(`the name ${model} must be lower case letters, digits and underscores`);
    const { error } = modelSchema.safeParse(spec);
    if (error) throw bad(inWords(`models.${model}`, error, spec));
  }
}

function inWords(at: string, error: z.core.$ZodError, value: unknown): string {
  const { field, must, is } = schemaIssue(error, value);
  const path = [at, field].filter(Boolean).join('.');
  return `${path || 'it'} ${must}${is === null ? '' : `, and is ${is}`}`;
}

/** A model's `build` and `config` with the types of its schema: `{ ...configured(schema, build), input, classes, weights }`. */
export function configured<S extends ConfigSchema>(
  config: S,
  build: (scope: Scope, image: Value, config: BuildConfig & z.infer<S>) => Value | Heads,
): Pick<ModelSpec, 'build' | 'config'> {
  return { config, build: build as Build };
}

/** Declares a family. The result is registered with `registry.register`. */
export function defineModels(plugin: Omit<Plugin, 'contract'>): Plugin {
  return { contract: 1, ...plugin };
}
