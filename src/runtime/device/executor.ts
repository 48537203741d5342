// Runs a program on a device: one residence a batch size, one submit a run, no allocation once a batch size is known. Runs start one
// behind the other, and the next one starts while the last one is read back.

import { settle } from '#acquire';
import type { NamedTensor } from '../../weights/tensors.ts';
import { breathe } from '../breathe.ts';
import { DeviceError, UsageError } from '../errors.ts';
import { batchWithinLimits, type Plan, planProgram } from '../plan/plan.ts';
import { kernelsOf, type Program } from '../plan/program.ts';
import { unlessAborted } from '../unless_aborted.ts';
import { type Acquired, checked } from './acquire.ts';
import { type Arrays, count, given } from './given.ts';
import { Loader } from './loader.ts';
import { encodeRun } from './passes.ts';
import type { Pipelines } from './pipelines.ts';
import type { Readback, Readbacks } from './readbacks.ts';
import { type Memory, type Residence, reside } from './residence.ts';
import { Turns } from './turns.ts';
import { stage, write } from './write.ts';

/** What `inside` lets its work see. */
export interface Inside {
  readonly acquired: Acquired;
  /** By buffer id: what outlives a residence. */
  readonly weights: ReadonlyMap<number, Memory>;
  readonly residence: Residence;
  upload(inputs: Arrays): void;
}

export interface ExecutorOptions {
  /** Fail rather than use more GPU memory than this. */
  readonly budgetBytes?: number | undefined;
  /** Bytes kept free behind every activation, for tests. */
  readonly guardBytes?: number;
}

/** How long after a broken mapping a loss is waited for. */
const LOSS_MS = 200;
/** One that is read back, one that computes, one that waits: a fourth would only keep its input longer. */
const RUNS_AT_ONCE = 3;

export class Executor {
  readonly program: Program;
  readonly #acquired: Acquired;
  readonly #pipelines: Pipelines;
  readonly #options: ExecutorOptions;
  /** For the batch size last asked about. */
  #plan: Plan;
  readonly #weights: ReadonlyMap<number, Memory>;
  #residence: Residence | null = null;
  readonly #turns = new Turns();
  #disposed = false;
  #seen: DeviceError | null;

  private constructor(
    acquired: Acquired,
    pipelines: Pipelines,
    plan: Plan,
    program: Program,
    weights: ReadonlyMap<number, Memory>,
    options: ExecutorOptions,
  ) {
    this.program = program;
    this.#plan = plan;
    this.#acquired = acquired;
    this.#pipelines = pipelines;
    this.#options = options;
    this.#weights = weights;
    this.#seen = acquired.fault();
  }

  /**
   * Uploads the parameters, compiles what is not compiled yet, and runs the load steps, each as soon as it can be: nothing else
   * waits for a pipeline. Throws PlanError, DeviceError, WeightsError 'weights_mismatch' for a parameter that does not come, or the
   * reason of `signal`, which ends waiting for pipelines; nothing stays allocated then.
   */
  static async load(
    acquired: Acquired,
    pipelines: Pipelines,
    program: Program,
    parameters: AsyncIterable<NamedTensor> | Iterable<NamedTensor>,
    options: ExecutorOptions = {},
    signal?: AbortSignal,
  ): Promise<Executor> {
    const plan = planProgram(program, acquired.facts, { batch: 1, ...options });
    const compiling = pipelines.compile(kernelsOf(program));
    compiling.catch(() => {}); // it is told below, unless something else fails first
    await breathe();
    const loader = new Loader(acquired, pipelines, program, plan, signal);
    // Few adapters want it, so others leave it undownloaded.
    const rehearse = acquired.facts.fallback
      ? (await import('./rehearsal.ts')).rehearsal(acquired, pipelines, program, plan, loader)
      : () => {};
    void compiling.then(rehearse, () => {});
    try {
      for await (const tensor of parameters) {
        await loader.put(tensor);
        await rehearse();
      }
      const weights = await loader.finish();
      await settle(unlessAborted(compiling, signal), acquired.facts);
      await settle(acquired.device.queue.onSubmittedWorkDone(), acquired.facts);
      const fault = acquired.fault();
      if (fault?.code === 'device_lost') throw fault;
      return new Executor(acquired, pipelines, plan, program, weights, options);
    } catch (error) {
      loader.dispose();
      await rehearse(); // what has begun still has memory
      throw error;
    }
  }

  /** A batch size that takes no new memory, where there is one. */
  get batch(): number {
    return (this.#residence?.plan ?? this.#plan).batch;
  }

  /** The plan for a batch size, without allocating anything. */
  plan(batch: number): Plan {
    if (this.#plan.batch !== batch)
      this.#plan = planProgram(this.program, this.#acquired.facts, { batch, ...this.#options });
    return this.#plan;
  }

  /** The most images one submit can take under the adapter's limits, up to `most`. */
  largestBatch(most: number): number {
    if (this.#residence?.plan.batch === most) return most;
    return batchWithinLimits(this.program, this.#acquired.facts, most);
  }

  /** One run on a batch of `batch` images, inputs in NCHW. Calls queue up behind each other. */
  async run(batch: number, inputs: Arrays): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    const { results } = await this.#turns.next(async () => {
      const residence = await this.#ready(batch);
      while (!residence.readbacks.available) await this.#turns.anyEnds();
      if (this.#disposed) throw disposed();
      const results = this.#run(residence, inputs);
      this.#turns.overlap(results);
      return { results }; // in an object, as the next run is not to wait for them
    });
    return results;
  }

  /** `work` on the memory of a batch size while nothing else runs in it: profiles, diagnoses, tests. `what` is for errors. */
  inside<T>(what: string, batch: number, work: (inside: Inside) => Promise<T>): Promise<T> {
    return this.#turns.next(async () => {
      const residence = await this.#ready(batch);
      await this.#turns.allEnd();
      if (this.#disposed) throw disposed();
      const inside: Inside = {
        acquired: this.#acquired,
        weights: this.#weights,
        residence,
        upload: (inputs) => this.#upload(residence, inputs),
      };
      return this.#checked(`${what} with a batch of ${batch}`, () => work(inside));
    });
  }

  /** Frees the GPU memory at once; runs that are under way throw UsageError 'disposed'. Safe to call twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#residence?.dispose();
    this.#residence = null;
    for (const memory of this.#weights.values()) memory.destroy();
  }

  /** Frees the GPU memory once the runs asked for so far are done. */
  retire(): void {
    void this.#turns.next(() => this.#turns.allEnd()).then(() => this.dispose());
  }

  async #reside(batch: number): Promise<Residence> {
    if (this.#residence?.plan.batch === batch) return this.#residence;
    const plan = this.plan(batch);
    await breathe();
    await this.#turns.allEnd();
    this.#residence?.dispose();
    this.#residence = null;
    if (this.#disposed) throw disposed();
    // A plan counts the memory that one run is read back through, and a budget is what a plan says.
    const runs = this.#options.budgetBytes === undefined ? RUNS_AT_ONCE : 1;
    const residence = await reside(this.#acquired, this.#pipelines, plan, this.#weights, runs);
    if (this.#disposed) {
      residence.dispose();
      throw disposed();
    }
    this.#residence = residence;
    return residence;
  }

  #upload(residence: Residence, inputs: Arrays): void {
    for (const [name, data] of Object.entries(given(this.program, residence, inputs)))
      write(this.#acquired, residence.inputs[name]!, 0, data);
  }

  /** Has submitted all of a run when it returns; what it returns settles when the results are there. */
  async #run(residence: Residence, inputs: Arrays): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    const { readbacks, stagings } = residence;
    const taken: (readonly [Readbacks, Readback])[] = [];
    const take = (from: Readbacks) => {
      const one = from.take();
      taken.push([from, one]);
      return one;
    };
    let whole = false;
    try {
      const results = await this.#checked(`a run on a batch of ${residence.plan.batch}`, async () => {
        const data = given(this.program, residence, inputs);
        const readback = take(readbacks);
        const staging = stagings && take(stagings);
        if (!staging) this.#upload(residence, inputs);
        this.#submit(residence, readback, staging, data);
        const mapping = Object.values(staging ?? {}).map((buffer) => buffer.mapAsync(GPUMapMode.WRITE));
        const [read] = await Promise.all([this.#read(residence, readback), ...mapping]);
        return read;
      });
      whole = true;
      return results;
    } finally {
      for (const [from, one] of taken) from.give(one, whole);
    }
  }

  #submit({ run, inputs, outputs }: Residence, readback: Readback, staging: Readback | null, data: Arrays): void {
    const { device } = this.#acquired;
    const encoder = device.createCommandEncoder();
    for (const [name, by] of Object.entries(staging ?? {})) stage(encoder, by, inputs[name]!, data[name]!);
    encodeRun(encoder, run);
    for (const [name, { from, bytes }] of Object.entries(outputs))
      encoder.copyBufferToBuffer(from, 0, readback[name]!, 0, bytes);
    device.queue.submit([encoder.finish()]);
  }

  /** Maps every output before anything is awaited, so that errors fall into the scopes of the run. */
  async #read({ plan }: Residence, readback: Readback): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    const results = Object.entries(readback).map(async ([name, buffer]) => {
      await settle(buffer.mapAsync(GPUMapMode.READ), this.#acquired.facts);
      // Buffers are padded to whole vectors; results are not.
      const bytes = 4 * count(this.program, plan, plan.outputs[name]!);
      const data = new Float32Array(buffer.getMappedRange(0, bytes).slice(0));
      buffer.unmap();
      return [name, data] as const;
    });
    return Object.fromEntries(await Promise.all(results));
  }

  /** The memory for a batch size, to start in. */
  async #ready(batch: number): Promise<Residence> {
    if (this.#disposed) throw disposed();
    this.#checkFault();
    return this.#reside(batch);
  }

  async #checked<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      const result = await checked(this.#acquired, what, work);
      this.#checkFault();
      return result;
    } catch (error) {
      throw this.#disposed ? disposed() : await this.#explain(error);
    }
  }

  /** Throws what no error scope caught, once: what the device does next may well be right. A loss is for good. */
  #checkFault(): void {
    const fault = this.#acquired.fault();
    if (!fault || (fault === this.#seen && fault.code !== 'device_lost')) return;
    this.#seen = fault;
    throw fault;
  }

  /** A device that goes breaks off the mapping of buffers, which may come to light before the loss itself does. */
  async #explain(error: unknown): Promise<unknown> {
    const { cause } = error as { readonly cause?: unknown };
    if (!(cause instanceof DOMException && cause.name === 'AbortError')) return error;
    const patience = new Promise<null>((resolve) => setTimeout(resolve, LOSS_MS, null));
    const lost = await Promise.race([this.#acquired.lost, patience]);
    return lost ?? new DeviceError('device_lost', 'the GPU device is gone', { cause });
  }
}

function disposed(): UsageError {
  return new UsageError('disposed', 'the model was disposed of');
}
