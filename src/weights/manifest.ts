// What is known of a published weights file: the entry that stands beside a model, and a hub's index of such entries.

import * as z from 'zod/mini';
import { preprocessSchema } from '../image/preprocess_spec.ts';
import { namingFields } from './naming_schema.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const address = z.string().check(z.refine((text) => URL.canParse(text), 'must be an address'));
const count = z.int().check(z.nonnegative());

/**
 * Where a file is published: a Hugging Face repository, torchvision's server, any address, or a package's own module, whose
 * `load` gives the bytes; and how its names become the model's, where they differ.
 */
export const sourceSchema = z.discriminatedUnion('kind', [
  z.object({ ...namingFields, kind: z.literal('huggingface'), repo: z.string(), file: z.string() }),
  z.object({
    ...namingFields,
    kind: z.literal('torchvision'),
    path: z.string(),
    sha256Prefix: z.string().check(z.regex(/^[0-9a-f]{8,64}$/)),
  }),
  z.object({ ...namingFields, kind: z.literal('url'), url: address, sha256 }),
  z.object({
    ...namingFields,
    kind: z.literal('package'),
    load: z.custom<() => Promise<Uint8Array<ArrayBuffer>>>((load) => typeof load === 'function'),
    sha256,
  }),
]);

const accuracySchema = z.record(z.string(), z.object({ top1: z.optional(z.number()), top5: z.optional(z.number()) }));

/** What the model's own choices must be for these weights. */
const configSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));

/** One published set of weights of one model. `classes` is the name of a built-in list or the labels themselves. */
export const weightsEntrySchema = z.object({
  id: z.string().check(z.minLength(1)),
  default: z.optional(z.boolean()),
  sources: z.array(sourceSchema).check(z.minLength(1)),
  preprocess: preprocessSchema,
  classes: z.union([z.string(), z.array(z.string())]),
  config: z.optional(configSchema),
  accuracy: z.optional(accuracySchema),
  licence: z.optional(z.string()),
});

export type WeightsSource = z.infer<typeof sourceSchema>;
export type WeightsEntry = z.infer<typeof weightsEntrySchema>;

/** `hub.json`, the index of a hub folder or static host. */
export const hubIndexSchema = z.object({
  format: z.literal(1),
  weights: z.array(
    z.object({
      model: z.string().check(z.minLength(1)),
      id: z.string().check(z.minLength(1)),
      default: z.optional(z.boolean()),
      /** A path relative to hub.json; it may not climb out of the hub's folder. */
      file: z.string().check(z.minLength(1)),
      sha256,
      bytes: count,
      classes: z.union([z.string(), z.array(z.string())]),
      preprocess: preprocessSchema,
      config: z.optional(configSchema),
      accuracy: z.optional(accuracySchema),
      licence: z.optional(z.string()),
      source: z.optional(z.string()),
    }),
  ),
});

export type HubIndex = z.infer<typeof hubIndexSchema>;
export type HubEntry = HubIndex['weights'][number];
