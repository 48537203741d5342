// Times dispatches repeated within one pass, so that the clock's grain does not matter: by timestamp queries, or by the wall where there are none.

import { settle } from '#acquire';
import type { Acquired } from './acquire.ts';
import type { BoundDispatch } from './residence.ts';

/** A pass should last about this long: long against the grain (0.1 ms in browsers), short enough for many samples. */
const PASS_MS = 20;
const MOST_REPEATS = 256;

interface Stamps {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly readback: GPUBuffer;
}

export class GpuTimer {
  readonly #acquired: Acquired;
  readonly #stamps: Stamps | null;

  constructor(acquired: Acquired) {
    const { device, facts } = acquired;
    this.#acquired = acquired;
    this.#stamps = facts.features.timestamps
      ? {
          queries: device.createQuerySet({ type: 'timestamp', count: 2 }),
          resolved: device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
          readback: device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
        }
      : null;
  }

  /** How often the dispatches must be repeated to fill a pass, from a run that has already been warmed up. */
  async repeatsFor(run: readonly BoundDispatch[]): Promise<number> {
    const once = await this.time(run, 1);
    return Math.max(1, Math.min(MOST_REPEATS, Math.ceil(PASS_MS / Math.max(once, 1e-3))));
  }

  /** Milliseconds of GPU time of the dispatches, once through. Throws what the device found wrong. */
  async time(run: readonly BoundDispatch[], repeats: number): Promise<number> {
    const { device, facts } = this.#acquired;
    const encoder = device.createCommandEncoder();
    const stamps = this.#stamps;
    const pass = encoder.beginComputePass(
      stamps
        ? { timestampWrites: { querySet: stamps.queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } }
        : {},
    );
    for (let i = 0; i < repeats; i++)
      for (const { pipeline, bindGroup, dispatch } of run) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...dispatch.grid);
      }
    pass.end();
    if (stamps) {
      encoder.resolveQuerySet(stamps.queries, 0, 2, stamps.resolved, 0);
      encoder.copyBufferToBuffer(stamps.resolved, 0, stamps.readback, 0, 16);
    }
    const started = performance.now();
    device.queue.submit([encoder.finish()]);
    let ms: number;
    if (stamps) {
      await settle(stamps.readback.mapAsync(GPUMapMode.READ), facts);
      const [begin = 0n, end = 0n] = new BigInt64Array(stamps.readback.getMappedRange().slice(0));
      stamps.readback.unmap();
      ms = Number(end - begin) / 1e6;
    } else {
      await settle(device.queue.onSubmittedWorkDone(), facts);
      ms = performance.now() - started;
    }
    const fault = this.#acquired.fault();
    if (fault) throw fault;
    return ms / repeats;
  }

  dispose(): void {
    this.#stamps?.queries.destroy();
    this.#stamps?.resolved.destroy();
    this.#stamps?.readback.destroy();
  }
}
