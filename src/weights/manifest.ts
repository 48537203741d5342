// What is known of a published weights file: the entry that stands beside a model.

import * as z from 'zod/mini';
import { preprocessSchema } from '../image/preprocess_spec.ts';
import { namingFields } from './naming_schema.ts';

const matching = (form: RegExp, what: string) =>
  z.string().check(z.refine((text) => form.test(text), `must be ${what}`));

export const sha256Schema = matching(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits');
const address = z.string().check(z.refine((text) => URL.canParse(text), 'must be an address'));

/**
 * Where a file is published: a Hugging Face repository, torchvision's server, any address, or a package's own module, whose
 * `load` gives the bytes; and how its names become the model's, where they differ.
 */
export const sourceSchema = z.union([
  z.object({ ...namingFields, kind: z.enum(['huggingface']), repo: z.string(), file: z.string() }),
  z.object({
    ...namingFields,
    kind: z.enum(['torchvision']),
    path: z.string(),
    sha256Prefix: matching(/^[0-9a-f]{8,64}$/, '8 to 64 lower-case hexadecimal digits'),
  }),
  z.object({ ...namingFields, kind: z.enum(['url']), url: address, sha256: sha256Schema }),
  z.object({
    ...namingFields,
    kind: z.enum(['package']),
    load: z.custom<() => Promise<Uint8Array<ArrayBuffer>>>((load) => typeof load === 'function'),
    sha256: sha256Schema,
  }),
]);

type Figures = { readonly top1?: number | undefined; readonly top5?: number | undefined };

/** By data set, in percent. */
const accuracySchema = z.custom<Readonly<Record<string, Figures>>>(
  (given) => valuesOf(given)?.every((figures) => valuesOf(figures)?.every((figure) => typeof figure === 'number')),
  'must be figures by data set',
);

/** What the model's own choices must be for these weights. */
const configSchema = z.custom<Readonly<Record<string, number | string | boolean>>>(
  (given) => valuesOf(given)?.every((value) => ['number', 'string', 'boolean'].includes(typeof value)),
  'must be numbers, texts and truths by name',
);

function valuesOf(given: unknown): unknown[] | null {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? Object.values(given) : null;
}

/** What an entry says of its weights wherever it stands. `classes` is the name of a built-in list or the labels themselves. */
export const publishedFields = {
  id: z.string().check(z.minLength(1)),
  default: z.optional(z.boolean()),
  preprocess: preprocessSchema,
  classes: z.union([z.string(), z.array(z.string())]),
  config: z.optional(configSchema),
  accuracy: z.optional(accuracySchema),
  licence: z.optional(z.string()),
};

/** One published set of weights of one model. */
export const weightsEntrySchema = z.object({
  ...publishedFields,
  sources: z.array(sourceSchema).check(z.minLength(1)),
});

export type WeightsSource = z.infer<typeof sourceSchema>;
export type WeightsEntry = z.infer<typeof weightsEntrySchema>;
