// Runs a program on a device: one residence a batch size, one submit a run, no allocation once a batch size is known.

import { settle } from '#acquire';
import type { NamedTensor } from '../../weights/tensors.ts';
import { DeviceError, UsageError } from '../errors.ts';
import { atBatch } from '../graph/value.ts';
import { batchWithinLimits, type Plan, planProgram } from '../plan/plan.ts';
import type { Program } from '../plan/program.ts';
import { type Acquired, checked } from './acquire.ts';
import { Loader } from './loader.ts';
import type { Pipelines } from './pipelines.ts';
import { type Memory, type Residence, reside } from './residence.ts';

export type Arrays = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

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
  readonly budgetBytes?: number;
  /** Bytes kept free behind every activation, for tests. */
  readonly guardBytes?: number;
}

/** How long after a broken mapping a loss is waited for. */
const LOSS_MS = 200;

export class Executor {
  readonly program: Program;
  readonly #acquired: Acquired;
  readonly #pipelines: Pipelines;
  readonly #options: ExecutorOptions;
  /** For the batch size last asked for. */
  #plan: Plan;
  readonly #weights: ReadonlyMap<number, Memory>;
  #residence: Residence | null = null;
  #last: Promise<unknown> = Promise.resolve();
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
   * Uploads the parameters and runs the load steps. The pipelines of the program must be compiled. Throws PlanError,
   * DeviceError, WeightsError 'weights_mismatch' for a parameter that does not come; nothing stays allocated then.
   */
  static async load(
    acquired: Acquired,
    pipelines: Pipelines,
    program: Program,
    parameters: AsyncIterable<NamedTensor> | Iterable<NamedTensor>,
    options: ExecutorOptions = {},
  ): Promise<Executor> {
    const plan = planProgram(program, acquired.facts, { batch: 1, ...options });
    const loader = new Loader(acquired, pipelines, program, plan);
    try {
      for await (const tensor of parameters) await loader.put(tensor);
      const weights = loader.finish();
      await settle(acquired.device.queue.onSubmittedWorkDone(), acquired.facts);
      const fault = acquired.fault();
      if (fault?.code === 'device_lost') throw fault;
      return new Executor(acquired, pipelines, plan, program, weights, options);
    } catch (error) {
      loader.dispose();
      throw error;
    }
  }

  /** The batch size last asked for. */
  get batch(): number {
    return this.#plan.batch;
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
  run(batch: number, inputs: Arrays): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    return this.#exclusively(`a run on a batch of ${batch}`, batch, (residence) => {
      this.#upload(residence, inputs);
      const { device } = this.#acquired;
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (const { pipeline, bindGroup, dispatch } of residence.run) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroup);
        pass.dispatchWorkgroups(...dispatch.grid);
      }
      pass.end();
      this.#copyOutputs(encoder, residence);
      device.queue.submit([encoder.finish()]);
      return this.#read(residence);
    });
  }

  /** `work` on the memory of a batch size while nothing else runs in it: profiles, diagnoses, tests. `what` is for errors. */
  inside<T>(what: string, batch: number, work: (inside: Inside) => Promise<T>): Promise<T> {
    return this.#exclusively(`${what} with a batch of ${batch}`, batch, (residence) =>
      work({
        acquired: this.#acquired,
        weights: this.#weights,
        residence,
        upload: (inputs) => this.#upload(residence, inputs),
      }),
    );
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
    void this.#last.then(() => this.dispose());
  }

  async #reside(batch: number): Promise<Residence> {
    if (this.#residence?.plan.batch === batch) return this.#residence;
    const plan = this.plan(batch);
    this.#residence?.dispose();
    this.#residence = null;
    const residence = await reside(this.#acquired, this.#pipelines, plan, this.#weights);
    if (this.#disposed) {
      residence.dispose();
      throw disposed();
    }
    this.#residence = residence;
    return residence;
  }

  #upload(residence: Residence, inputs: Arrays): void {
    for (const [name, buffer] of Object.entries(residence.inputs)) {
      const data = inputs[name];
      const elements = count(this.program, residence.plan, residence.plan.inputs[name]!);
      if (!data) throw new UsageError('invalid_argument', `the run was given no input ${name}`);
      if (data.length !== elements)
        throw new UsageError('invalid_argument', `input ${name} takes ${elements} numbers, ${data.length} were given`);
      this.#acquired.device.queue.writeBuffer(buffer, 0, data);
    }
  }

  #copyOutputs(encoder: GPUCommandEncoder, { outputs }: Residence): void {
    for (const { from, to, bytes } of Object.values(outputs)) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
  }

  /** Maps every output before anything is awaited, so that errors fall into the scopes of the run. */
  async #read({ outputs, plan }: Residence): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    const results = Object.entries(outputs).map(async ([name, { to }]) => {
      await settle(to.mapAsync(GPUMapMode.READ), this.#acquired.facts);
      // Buffers are padded to whole vectors; results are not.
      const bytes = 4 * count(this.program, plan, plan.outputs[name]!);
      const data = new Float32Array(to.getMappedRange(0, bytes).slice(0));
      to.unmap();
      return [name, data] as const;
    });
    return Object.fromEntries(await Promise.all(results));
  }

  #exclusively<T>(what: string, batch: number, work: (residence: Residence) => Promise<T>): Promise<T> {
    const mine = this.#last.then(() => this.#guarded(what, batch, work));
    this.#last = mine.then(
      () => {}, // not the result, which would be kept until the next run
      () => {},
    );
    return mine;
  }

  async #guarded<T>(what: string, batch: number, work: (residence: Residence) => Promise<T>): Promise<T> {
    if (this.#disposed) throw disposed();
    this.#checkFault();
    const residence = await this.#reside(batch);
    try {
      const result = await checked(this.#acquired, what, () => work(residence));
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

/** The numbers of an input or output, which are in rows. */
function count(program: Program, { batch }: Plan, id: number): number {
  const layout = program.buffers[id]?.layout;
  if (layout?.kind !== 'rows') throw new TypeError(`buffer ${id} is not in rows`);
  return layout.shape.reduce<number>((product, dim) => product * atBatch(dim, batch), 1);
}
