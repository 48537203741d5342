// Drivers on CPUs make machine code at the first dispatch of a pipeline. It is made while the last weights are on their way, where
// these need nothing else of the GPU.

import type { Dispatch, Plan } from '../plan/plan.ts';
import { type Acquired, checked } from './acquire.ts';
import type { Loader } from './loader.ts';
import type { Pipelines } from './pipelines.ts';
import { reside } from './residence.ts';

/** Bytes still to come that are worth it. */
const WORTH_BYTES = 32 * 2 ** 20;
/** Of these, the share that may be packed first: it waits behind the driver's compiling. */
const PACKED_SHARE = 1 / 16;

/** To be called when weights have come, and when pipelines have. What goes wrong in it does so again in the first run, and is told there. */
export function rehearsal(acquired: Acquired, pipelines: Pipelines, plan: Plan, loader: Loader): () => void {
  // A step of training changes weights.
  let begun = plan.run.some((dispatch) => writesWeights(plan, dispatch));
  return () => {
    if (begun || !isTime(pipelines, plan, loader)) return;
    begun = true;
    rehearse(acquired, pipelines, plan, loader).catch(() => {});
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

async function rehearse(acquired: Acquired, pipelines: Pipelines, plan: Plan, loader: Loader): Promise<void> {
  const { device } = acquired;
  const bound = new Set(plan.run.flatMap(({ bindings }) => bindings.map(({ buffer }) => buffer)));
  const weights = [...bound].filter((id) => isWeight(plan, id));
  await checked(acquired, 'memory for weights', () => loader.advance(weights));
  const residence = await reside(acquired, pipelines, plan, loader.memory, 1);
  const { wanted, waiting } = loader;
  const coming = [...wanted.values()].flat().map(({ id }) => id);
  const packed = waiting.flatMap(({ index }) => plan.load[index]!.bindings.map(({ buffer }) => buffer));
  const unfilled = new Set([...coming, ...packed]);
  const seen = new Set<GPUComputePipeline>();
  // What has no numbers yet would be cleared for a dispatch that reads it.
  const first = residence.run.filter(({ pipeline, dispatch: { bindings } }) => {
    if (seen.has(pipeline) || bindings.some(({ buffer }) => unfilled.has(buffer))) return false;
    return seen.add(pipeline);
  });
  const submitted = checked(acquired, 'the first dispatches', () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, bindGroup } of first) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(1);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  });
  await submitted.finally(residence.dispose);
}

function writesWeights(plan: Plan, { kernel, bindings }: Dispatch): boolean {
  const written = new Set(kernel.bindings.filter(({ kind }) => kind.startsWith('write')).map(({ index }) => index));
  return bindings.some(({ index, buffer }) => written.has(index) && isWeight(plan, buffer));
}

function isWeight({ buffers }: Plan, id: number): boolean {
  return buffers[id]!.role === 'parameter' || buffers[id]!.role === 'constant';
}
