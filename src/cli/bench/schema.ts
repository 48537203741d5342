// The report of `convoke bench`, as it is written and read again: what is not one is refused.

import * as z from 'zod/mini';
import { environmentSchema } from './environment.ts';

const times = {
  runs: z.number(),
  medianMs: z.number(),
  bestMs: z.number(),
  p99Ms: z.number(),
  cpuMedianMs: z.number(),
};

const roofSchema = z.object({
  clock: z.enum(['timestamps', 'wall']),
  f32Gflops: z.number(),
  f16Gflops: z.nullable(z.number()),
  readGbytes: z.number(),
  copyGbytes: z.number(),
  dispatchMs: z.number(),
  submitMs: z.number(),
  readback4kMs: z.number(),
  readback4mMs: z.number(),
  writeGbytes: z.number(),
});

const layerSchema = z.object({
  layer: z.string(),
  batch: z.number(),
  /** As the definition counts, two to a multiply-add. */
  flops: z.number(),
  /** Every input read once, every result written once. */
  bytes: z.number(),
  /** What the adapter's roof allows. */
  roofMs: z.number(),
  kernels: z.array(
    z.object({
      kernel: z.string(),
      /** By convoke, for this layer on this adapter. */
      chosen: z.boolean(),
      /** Why it was not timed. */
      wrong: z.nullable(z.string()),
      dispatches: z.number(),
      medianMs: z.number(),
      bestMs: z.number(),
      cpuMs: z.number(),
      gflops: z.number(),
      gbytes: z.number(),
      /** `roofMs` over its median: above 1 where a cache is faster than memory, or fewer products are made than are counted. */
      roofShare: z.number(),
      /** The plain kernel's median over its own. */
      speedup: z.number(),
    }),
  ),
});

const modelSchema = z.object({
  model: z.string(),
  size: z.number(),
  batch: z.number(),
  compileMs: z.number(),
  loadMs: z.number(),
  firstMs: z.number(),
  peakBytes: z.number(),
  pipelines: z.number(),
  ...times,
});

const trainingSchema = z.object({
  model: z.string(),
  size: z.number(),
  batch: z.number(),
  /** From weights in memory to the first loss. */
  firstMs: z.number(),
  firstLoss: z.number(),
  lastLoss: z.number(),
  ...times,
});

export const reportSchema = z.object({
  format: z.literal('convoke bench 1'),
  environment: environmentSchema,
  roof: z.optional(roofSchema),
  kernels: z.optional(z.array(layerSchema)),
  models: z.optional(z.array(modelSchema)),
  training: z.optional(z.array(trainingSchema)),
});

export type Report = z.infer<typeof reportSchema>;
export type LayerResult = z.infer<typeof layerSchema>;
export type ModelResult = z.infer<typeof modelSchema>;
export type TrainingResult = z.infer<typeof trainingSchema>;
