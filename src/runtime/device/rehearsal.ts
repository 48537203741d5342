// Drivers on CPUs make machine code at the first dispatch of a pipeline. It is made while the last weights are on their way, where
// these need nothing else of the GPU.

import { keptBuffers, type Plan } from '../plan/plan.ts';
import { accesses, type Program } from '../plan/program.ts';
import { type Acquired, checked } from './acquire.ts';
import type { Loader } from './loader.ts';
import { encodeRun } from './passes.ts';
import type { Pipelines } from './pipelines.ts';
import { type Residence, reside } from './residence.ts';

/** Bytes still to come that are worth it. */
const WORTH_BYTES = 32 * 2 ** 20;
/** Of these, the share that may be packed first: it waits behind the driver's compiling. */
const PACKED_SHARE = 1 / 16;
const ONE_WORKGROUP = [1, 1, 1] as const;

export interface Rehearsal {
  /** Begins if it has not and now is the time: to be called when weights have come, and when pipelines have. */
  attempt(): void;
  /** Its memory, to run in; null where there was no rehearsal. Throws what went wrong with it. */
  residence(): Promise<Residence | null>;
}

/** For runs of `plan`, up to `runs` at a time. */
export function rehearsal(
  acquired: Acquired,
  pipelines: Pipelines,
  program: Program,
  plan: Plan,
  loader: Loader,
  runs: number,
): Rehearsal {
  let begun: Promise<Residence> | null = null;
  return {
    attempt() {
      if (begun || !plan.run.every(({ kernel }) => pipelines.has(kernel)) || !isTime(loader, plan)) return;
      begun = rehearse(acquired, pipelines, program, plan, loader, runs);
      begun.catch(() => {}); // it is told by `residence`
    },
    residence: async () => begun,
  };
}

/** Whether much is still to come, nearly all of which is read where it lies. */
function isTime({ pending: { parameters, steps } }: Loader, plan: Plan): boolean {
  const read = new Set(steps.flatMap((step) => accesses(step).reads));
  let [toPack, asTheyAre] = [0, 0];
  for (const { id } of parameters) {
    const { bytes } = plan.buffers[id]!;
    if (read.has(id)) toPack += bytes;
    else asTheyAre += bytes;
  }
  return asTheyAre >= WORTH_BYTES && toPack <= PACKED_SHARE * asTheyAre;
}

async function rehearse(
  acquired: Acquired,
  pipelines: Pipelines,
  program: Program,
  plan: Plan,
  loader: Loader,
  runs: number,
): Promise<Residence> {
  const unfilled = new Set<number>();
  const memory = await checked(acquired, 'memory for weights', () => {
    const kept = keptBuffers(program);
    loader.advance([]);
    const { parameters, steps } = loader.pending;
    const ids = [...parameters.map(({ id }) => id), ...steps.flatMap((step) => accesses(step).writes)];
    for (const id of ids) if (kept.has(id)) unfilled.add(id);
    return loader.advance(unfilled);
  });
  const residence = await reside(acquired, pipelines, plan, memory, runs);
  const seen = new Set<GPUComputePipeline>();
  // What has no numbers yet would be cleared for a dispatch that reads it.
  const first = residence.run.filter(({ pipeline, dispatch: { bindings } }) => {
    if (seen.has(pipeline) || bindings.some(({ buffer }) => unfilled.has(buffer))) return false;
    return seen.add(pipeline);
  });
  try {
    await checked(acquired, 'the first dispatch of each pipeline', () => {
      const encoder = acquired.device.createCommandEncoder();
      encodeRun(
        encoder,
        first.map((bound) => ({ ...bound, copies: [], dispatch: { grid: ONE_WORKGROUP } })),
      );
      acquired.device.queue.submit([encoder.finish()]);
    });
  } catch (error) {
    residence.dispose();
    throw error;
  }
  return residence;
}
