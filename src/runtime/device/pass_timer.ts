// Times dispatches, repeated within one pass so that the clock's grain does not matter: by timestamps, by the wall where there are none.

import { settle } from '#acquire';
import type { Acquired } from './acquire.ts';
import { type Encodable, encodeRun } from './passes.ts';
import { encodeTimed } from './timed_passes.ts';

/** A pass should last about this long: long against the grain (0.1 ms in browsers), short enough for many samples. */
const PASS_MS = 20;
/** What a pass must last for its time to say how often the next may repeat. */
const TELLING_MS = 1;
const MOST_REPEATS = 4096;

interface Queries {
  readonly set: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly readback: GPUBuffer;
}

export class PassTimer {
  readonly #acquired: Acquired;
  /** Null where the adapter has no timestamp queries. */
  readonly #queries: Queries | null;

  constructor(acquired: Acquired) {
    this.#acquired = acquired;
    this.#queries = acquired.facts.features.timestamps ? queriesOf(acquired.device) : null;
  }

  /** What tells the time. By the wall a pass takes its submission and the wait for its end too. */
  get clock(): 'timestamps' | 'wall' {
    return this.#queries ? 'timestamps' : 'wall';
  }

  /** How often the dispatches must be repeated to fill a pass, from a run that has already been warmed up. */
  async repeatsFor(run: readonly Encodable[], most = MOST_REPEATS): Promise<number> {
    let repeats = 1;
    let once = await this.time(run, repeats);
    // A GPU is done with a small layer within the grain of its clock.
    while (once * repeats < TELLING_MS && repeats < most) {
      repeats = Math.min(most, 16 * repeats);
      once = await this.time(run, repeats);
    }
    return Math.max(1, Math.min(most, Math.ceil(PASS_MS / Math.max(once, 1e-3))));
  }

  /** Milliseconds of the dispatches, once through. Throws DeviceError. */
  async time(run: readonly Encodable[], repeats: number): Promise<number> {
    const { device, facts } = this.#acquired;
    const encoder = device.createCommandEncoder();
    const queries = this.#queries;
    const runs = Array.from({ length: repeats }, () => run).flat();
    if (!queries) encodeRun(encoder, runs);
    else {
      encodeTimed(encoder, runs, { querySet: queries.set, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 });
      encoder.resolveQuerySet(queries.set, 0, 2, queries.resolved, 0);
      encoder.copyBufferToBuffer(queries.resolved, 0, queries.readback, 0, 16);
    }
    const commands = encoder.finish();
    const began = performance.now();
    device.queue.submit([commands]);
    if (queries) await settle(queries.readback.mapAsync(GPUMapMode.READ), facts);
    else await settle(device.queue.onSubmittedWorkDone(), facts);
    const ms = queries ? ticksOf(queries.readback) / 1e6 : performance.now() - began;
    const fault = this.#acquired.fault();
    if (fault) throw fault;
    return ms / repeats;
  }

  dispose(): void {
    this.#queries?.set.destroy();
    this.#queries?.resolved.destroy();
    this.#queries?.readback.destroy();
  }
}

function queriesOf(device: GPUDevice): Queries {
  const { QUERY_RESOLVE, COPY_SRC, MAP_READ, COPY_DST } = GPUBufferUsage;
  return {
    set: device.createQuerySet({ type: 'timestamp', count: 2 }),
    resolved: device.createBuffer({ size: 16, usage: QUERY_RESOLVE | COPY_SRC }),
    readback: device.createBuffer({ size: 16, usage: MAP_READ | COPY_DST }),
  };
}

/** Nanoseconds between the two. */
function ticksOf(readback: GPUBuffer): number {
  const [begin = 0n, end = 0n] = new BigInt64Array(readback.getMappedRange().slice(0));
  readback.unmap();
  return Number(end - begin);
}
