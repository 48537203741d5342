// Times dispatches by timestamp queries, repeated within one pass, so that the clock's grain does not matter.

import { settle } from '../src/runtime/device/acquire.node.ts';
import type { Acquired } from '../src/runtime/device/acquire.ts';
import type { BoundDispatch } from '../src/runtime/device/residence.ts';
import { DeviceError } from '../src/runtime/errors.ts';

/** A pass should last about this long: long against the grain (0.1 ms in browsers), short enough for many samples. */
const PASS_MS = 20;
const MOST_REPEATS = 256;

export class GpuTimer {
  readonly #acquired: Acquired;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #readback: GPUBuffer;

  /** Throws DeviceError 'missing_feature' where the adapter has no timestamp queries. */
  constructor(acquired: Acquired) {
    const { device, facts } = acquired;
    if (!facts.features.timestamps)
      throw new DeviceError('missing_feature', `adapter '${facts.description}' has no timestamp queries`);
    this.#acquired = acquired;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 });
    this.#resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    this.#readback = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  /** How often the dispatches must be repeated to fill a pass, from a run that has already been warmed up. */
  async repeatsFor(run: readonly BoundDispatch[]): Promise<number> {
    const once = await this.time(run, 1);
    return Math.max(1, Math.min(MOST_REPEATS, Math.ceil(PASS_MS / Math.max(once, 1e-3))));
  }

  /** Milliseconds of GPU time of the dispatches, once through. */
  async time(run: readonly BoundDispatch[], repeats: number): Promise<number> {
    const { device, facts } = this.#acquired;
    const encoder = device.createCommandEncoder();
    const timestampWrites = { querySet: this.#queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass({ timestampWrites });
    for (let i = 0; i < repeats; i++)
      for (const { pipeline, bindGroup, dispatch } of run) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...dispatch.grid);
      }
    pass.end();
    encoder.resolveQuerySet(this.#queries, 0, 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readback, 0, 16);
    device.queue.submit([encoder.finish()]);
    await settle(this.#readback.mapAsync(GPUMapMode.READ), facts);
    const [begin = 0n, end = 0n] = new BigInt64Array(this.#readback.getMappedRange().slice(0));
    this.#readback.unmap();
    const fault = this.#acquired.fault();
    if (fault) throw fault;
    return Number(end - begin) / 1e6 / repeats;
  }

  dispose(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#readback.destroy();
  }
}
