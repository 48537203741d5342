// Timestamp queries: how long each dispatch of a run took on the GPU.

import { settle } from '#acquire';
import { DeviceError } from '../errors.ts';
import type { Dispatch } from '../plan/plan.ts';
import type { Acquired } from './acquire.ts';
import type { Executor } from './executor.ts';
import type { Arrays } from './given.ts';
import type { BoundDispatch } from './residence.ts';
import { encodeTimed } from './timed_passes.ts';

export interface DispatchTime {
  readonly dispatch: Dispatch;
  /** Milliseconds; browsers round timestamps to about 0.1 ms unless told otherwise. */
  readonly ms: number;
}

/** The time of every dispatch of one run. Throws DeviceError 'missing_feature' on adapters with no timestamp queries. */
export function profile(executor: Executor, batch: number, inputs: Arrays): Promise<DispatchTime[]> {
  return executor.inside('a profile', batch, async ({ acquired, residence, upload }) => {
    const stopwatch = new Stopwatch(acquired, residence.run.length);
    try {
      upload(inputs);
      return await stopwatch.time(residence.run);
    } finally {
      stopwatch.dispose();
    }
  });
}

class Stopwatch {
  readonly #acquired: Acquired;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #readback: GPUBuffer;

  constructor(acquired: Acquired, dispatches: number) {
    if (!acquired.facts.features.timestamps)
      throw new DeviceError('missing_feature', `adapter '${acquired.facts.description}' has no timestamp queries`);
    const { device } = acquired;
    const size = 16 * dispatches;
    this.#acquired = acquired;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 * dispatches });
    this.#resolved = device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    this.#readback = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  /** Runs the dispatches, each in a pass of its own, and returns their times. */
  async time(run: readonly BoundDispatch[]): Promise<DispatchTime[]> {
    const { device, facts } = this.#acquired;
    const encoder = device.createCommandEncoder();
    for (const [index, bound] of run.entries())
      encodeTimed(encoder, [bound], {
        querySet: this.#queries,
        beginningOfPassWriteIndex: 2 * index,
        endOfPassWriteIndex: 2 * index + 1,
      });
    encoder.resolveQuerySet(this.#queries, 0, 2 * run.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readback, 0, this.#readback.size);
    device.queue.submit([encoder.finish()]);
    await settle(this.#readback.mapAsync(GPUMapMode.READ), facts);
    const ticks = new BigInt64Array(this.#readback.getMappedRange().slice(0));
    this.#readback.unmap();
    return run.map(({ dispatch }, index) => ({
      dispatch,
      ms: Number(ticks[2 * index + 1]! - ticks[2 * index]!) / 1e6,
    }));
  }

  dispose(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#readback.destroy();
  }
}
