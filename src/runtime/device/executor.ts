// Runs a program on a device: one residence a batch size, one submit a run, no allocation once a batch size is known.

import { settle } from '#acquire';
import type { NamedTensor } from '../../weights/tensors.ts';
import { ConvokeError, UsageError } from '../errors.ts';
import { batchWithinLimits, type Plan, planProgram } from '../plan/plan.ts';
import type { Program } from '../plan/program.ts';
import type { Acquired } from './acquire.ts';
import { Loader } from './loader.ts';
import type { Pipelines } from './pipelines.ts';
import { type Memory, type Residence, reside } from './residence.ts';
import { type DispatchTime, Stopwatch } from './timing.ts';

export type Arrays = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

export interface ExecutorOptions {
  /** Fail rather than use more GPU memory than this. */
  readonly budgetBytes?: number;
  /** Bytes kept free behind every activation, for tests. */
  readonly guardBytes?: number;
}

export class Executor {
  readonly program: Program;
  readonly #acquired: Acquired;
  readonly #pipelines: Pipelines;
  readonly #options: ExecutorOptions;
  readonly #weights: ReadonlyMap<number, Memory>;
  #residence: Residence | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(
    acquired: Acquired,
    pipelines: Pipelines,
    program: Program,
    weights: ReadonlyMap<number, Memory>,
    options: ExecutorOptions,
  ) {
    this.program = program;
    this.#acquired = acquired;
    this.#pipelines = pipelines;
    this.#options = options;
    this.#weights = weights;
  }

  /** Uploads the parameters and runs the load steps. The pipelines of the program must be compiled, or be compiling. */
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
      if (fault) throw fault;
      return new Executor(acquired, pipelines, program, weights, options);
    } catch (error) {
      loader.dispose();
      throw error;
    }
  }

  /** The plan for a batch size, without allocating anything. */
  plan(batch: number): Plan {
    return planProgram(this.program, this.#acquired.facts, { batch, ...this.#options });
  }

  /** The most images one submit can take under the adapter's limits, up to `most`. */
  largestBatch(most: number): number {
    return batchWithinLimits(this.program, this.#acquired.facts, most);
  }

  /** One run on a batch of `batch` images, inputs in NCHW. Calls queue up behind each other. */
  run(batch: number, inputs: Arrays): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    return this.#exclusively(async () => {
      const residence = await this.#reside(batch);
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

  /** The time of every dispatch of one run, by timestamp queries. Throws DeviceError 'missing_feature' without them. */
  profile(batch: number, inputs: Arrays): Promise<DispatchTime[]> {
    return this.#exclusively(async () => {
      const residence = await this.#reside(batch);
      this.#upload(residence, inputs);
      const stopwatch = new Stopwatch(this.#acquired, residence.run.length);
      try {
        return await stopwatch.time(residence.run);
      } finally {
        stopwatch.dispose();
      }
    });
  }

  /** The memory of the batch size in use, for tests that poison it before a run and inspect it after. */
  residence(batch: number): Promise<Residence> {
    return this.#exclusively(() => this.#reside(batch));
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#residence?.dispose();
    this.#residence = null;
    for (const memory of this.#weights.values()) memory.destroy();
  }

  async #reside(batch: number): Promise<Residence> {
    if (this.#residence?.plan.batch === batch) return this.#residence;
    const plan = this.plan(batch);
    this.#residence?.dispose();
    this.#residence = null;
    this.#residence = await reside(this.#acquired, this.#pipelines, plan, this.#weights);
    return this.#residence;
  }

  #upload(residence: Residence, inputs: Arrays): void {
    for (const [name, buffer] of Object.entries(residence.inputs)) {
      const data = inputs[name];
      if (!data) throw new UsageError('invalid_argument', `the run was given no input ${name}`);
      this.#acquired.device.queue.writeBuffer(buffer, 0, data);
    }
  }

  #copyOutputs(encoder: GPUCommandEncoder, { outputs }: Residence): void {
    for (const { from, to, bytes } of Object.values(outputs)) encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
  }

  async #read({ outputs, plan }: Residence): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    const results: Record<string, Float32Array<ArrayBuffer>> = {};
    for (const [name, { to }] of Object.entries(outputs)) {
      try {
        await settle(to.mapAsync(GPUMapMode.READ), this.#acquired.facts);
      } catch (error) {
        throw this.#acquired.fault() ?? error;
      }
      results[name] = new Float32Array(to.getMappedRange().slice(0));
      to.unmap();
    }
    const fault = this.#acquired.fault();
    if (fault) throw fault;
    for (const [name, id] of Object.entries(plan.outputs))
      results[name] = trim(this.program, id, plan.batch, results[name]!);
    return results;
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const mine = before.then(
      () => this.#guarded(work),
      () => this.#guarded(work),
    );
    this.#last = mine;
    return mine;
  }

  #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#disposed) throw new UsageError('disposed', 'the model was disposed of');
    const fault = this.#acquired.fault();
    if (fault instanceof ConvokeError && fault.code === 'device_lost') throw fault;
    return work();
  }
}

/** Buffers are padded to whole vectors; results are not. */
function trim(program: Program, id: number, batch: number, data: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const layout = program.buffers[id]?.layout;
  if (layout?.kind !== 'rows') return data;
  const count = layout.shape.reduce<number>((product, dim) => product * (dim === 'n' ? batch : dim), 1);
  return count === data.length ? data : data.slice(0, count);
}
