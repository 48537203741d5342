// Drivers on CPUs make machine code at the first dispatch of a pipeline. It is made while the last weights are on their way, where
// these need nothing else of the GPU.

import { keptBuffers, type Plan } from '../plan/plan.ts';
import { accesses, type Program } from '../plan/program.ts';
import { type Acquired, checked } from './acquire.ts';
import type { Loader } from './loader.ts';
import { encodeRun } from './passes.ts';
import type { Pipelines } from './pipelines.ts';
import { reside } from './residence.ts';

/** Bytes still to come that are worth it. */
const WORTH_BYTES = 32 * 2 ** 20;
/** Of these, the share that may be packed first: it waits behind the driver's compiling. */
const PACKED_SHARE = 1 / 16;
const ONE_WORKGROUP = [1, 1, 1] as const;

/**
 * To be called when weights have come, and when pipelines have; resolves once a rehearsal that has begun is over. What goes wrong in it
 * does so again in the first run, and is told there.
 */
export function rehearsal(
  acquired: Acquired,
  pipelines: Pipelines,
  program: Program,
  plan: Plan,
  loader: Loader,
): () => Promise<void> {
  // A step of training changes weights.
  const changed = program.run.flatMap((step) => accesses(step).writes.map((id) => program.buffers[id]!.role));
  if (changed.includes('parameter') || changed.includes('constant')) return async () => {};
  let begun: Promise<void> | undefined;
  return async () => {
    if (!begun && isTime(pipelines, plan, loader))
      begun = rehearse(acquired, pipelines, program, plan, loader).catch(() => {});
    await begun;
  };
}

/** Whether all is compiled and much is still to come, nearly all of which is read where it lies. */
function isTime(pipelines: Pipelines, plan: Plan, { wanted, waiting }: Loader): boolean {
  if (!plan.run.every(({ kernel }) => pipelines.has(kernel))) return false;
  const packed = new Set(waiting.flatMap(({ missing }) => [...missing]));
  let [toPack, asTheyAre] = [0, 0];
  for (const { id } of [...wanted.values()].flat()) {
    const { bytes } = plan.buffers[id]!;
    if (packed.has(id)) toPack += bytes;
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
): Promise<void> {
  const kept = keptBuffers(program);
  await checked(acquired, 'memory for weights', () => {
    loader.advance([...unfilled(loader)].filter((id) => kept.has(id)));
  });
  const residence = await reside(acquired, pipelines, plan, loader.memory, 1);
  const empty = unfilled(loader);
  const seen = new Set<GPUComputePipeline>();
  // What has no numbers yet would be cleared for a dispatch that reads it.
  const first = residence.run.filter(({ pipeline, dispatch: { bindings } }) => {
    if (seen.has(pipeline) || bindings.some(({ buffer }) => empty.has(buffer))) return false;
    return seen.add(pipeline);
  });
  const submitted = checked(acquired, 'the first dispatches', () => {
    const encoder = acquired.device.createCommandEncoder();
    encodeRun(
      encoder,
      first.map((bound) => ({ ...bound, copies: [], dispatch: { grid: ONE_WORKGROUP } })),
    );
    acquired.device.queue.submit([encoder.finish()]);
  });
  await submitted.finally(residence.dispose);
}

/** Buffers whose numbers have not come, or are not computed. */
function unfilled({ wanted, waiting }: Loader): ReadonlySet<number> {
  const coming = [...wanted.values()].flat().map(({ id }) => id);
  return new Set([...coming, ...waiting.flatMap(({ step }) => accesses(step).writes)]);
}
