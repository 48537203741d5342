// Parameters onto the GPU as they arrive: each load step runs when its last input and its pipeline are there, and what nobody needs then is freed.

import { settle } from '#acquire';
import type { NamedTensor } from '../../weights/tensors.ts';
import { breathe } from '../breathe.ts';
import { DeviceError, WeightsError } from '../errors.ts';
import { elementCount } from '../graph/value.ts';
import { keptBuffers, type Plan } from '../plan/plan.ts';
import { accesses, type BufferSpec, type Program, type Step } from '../plan/program.ts';
import { unlessAborted } from '../unless_aborted.ts';
import { type Acquired, checked } from './acquire.ts';
import type { Pipelines } from './pipelines.ts';
import { bind, type Memory, makeTexture, uploadUniforms } from './residence.ts';
import { write } from './write.ts';

/** Bytes that may lie on the GPU waiting for pipelines to be packed by: with all of a network's there it would take twice its weights. */
const HELD_BYTES = 64 * 2 ** 20;
/** Copied at once; a longer copy would hold up a page. */
const SLICE_ELEMENTS = 4 * 2 ** 20;
/** What may be on its way to the GPU, its answer not awaited: one that comes from another process comes behind all that this has to do. */
const ON_ITS_WAY_ELEMENTS = 2 * SLICE_ELEMENTS;

export class Loader {
  readonly #acquired: Acquired;
  readonly #plan: Plan;
  readonly #pipelines: Pipelines;
  readonly #signal: AbortSignal | undefined;
  readonly #uniforms: GPUBuffer;
  /** By buffer id. */
  readonly memory = new Map<number, Memory>();
  readonly #kept: ReadonlySet<number>;
  /** Load steps that have not run, with the buffers each still waits for. */
  readonly waiting: { step: Step; index: number; missing: Set<number> }[];
  /** How many load steps still read, and still write, a buffer. */
  readonly #readers = new Map<number, number>();
  readonly #writers = new Map<number, number>();
  /** What has not come yet, by the parameter's name. */
  readonly wanted: Map<string, BufferSpec[]>;
  /** Copies whose answer has not come, oldest first. */
  readonly #onTheirWay: { readonly elements: number; readonly answer: Promise<void> }[] = [];

  /** `plan` may be for any batch size: load steps do not depend on it. Pipelines may be compiling; `signal` ends the wait for them. */
  constructor(acquired: Acquired, pipelines: Pipelines, program: Program, plan: Plan, signal?: AbortSignal) {
    this.#acquired = acquired;
    this.#pipelines = pipelines;
    this.#plan = plan;
    this.#signal = signal;
    this.#uniforms = uploadUniforms(acquired.device, plan);
    this.#kept = keptBuffers(program);
    this.waiting = program.load.map((step, index) => ({ step, index, missing: new Set(accesses(step).reads) }));
    for (const { step, missing } of this.waiting) {
      for (const id of missing) add(this.#readers, id, 1);
      for (const id of new Set(accesses(step).writes)) add(this.#writers, id, 1);
    }
    this.wanted = new Map();
    for (const buffer of program.buffers)
      if (buffer.parameter)
        this.wanted.set(buffer.parameter.name, [...(this.wanted.get(buffer.parameter.name) ?? []), buffer]);
  }

  /**
   * Uploads one tensor and runs what it was the last missing piece of. A tensor that no step reads, such as batch norm's
   * counter, is passed over. Throws WeightsError 'weights_mismatch' for another count of numbers than the program has.
   */
  async put({ name, shape, data }: NamedTensor): Promise<void> {
    const targets = this.wanted.get(name);
    if (!targets) return;
    const rows = shape[0] ?? 1;
    const rowElements = data.length / rows;
    const expected = targets.reduce((most, { layout, parameter }) => {
      const { from, to } = parameter!;
      const elements = layout.kind === 'rows' ? elementCount(layout.shape) : 0;
      return Math.max(most, (elements / (to - from)) * to);
    }, 0);
    if (data.length !== expected || targets.some(({ parameter }) => parameter!.to > rows))
      throw WeightsError.mismatch(`parameter ${name} is [${shape}] with ${data.length} numbers, not ${expected}`, [
        `${name} has ${data.length} numbers, the program takes ${expected}`,
      ]);
    for (const { id, parameter } of targets) {
      const [start, end] = [parameter!.from * rowElements, parameter!.to * rowElements];
      for (let at = start; at < end; at += SLICE_ELEMENTS) {
        const elements = Math.min(SLICE_ELEMENTS, end - at);
        const answer = checked(this.#acquired, `parameter ${name}`, () => {
          write(this.#acquired, this.#buffer(id), at - start, data, at, elements);
          if (at + elements === end) this.#arrived(id);
        });
        answer.catch(() => {}); // it is told when it is awaited
        this.#onTheirWay.push({ elements, answer });
        await this.#answered(ON_ITS_WAY_ELEMENTS);
        await breathe();
      }
    }
    this.wanted.delete(name);
    while (this.#heldBytes() > HELD_BYTES) await this.#waitForPipeline();
  }

  /**
   * Everything the runs need, by buffer id, once the last load step has run. Throws WeightsError 'weights_mismatch' if a
   * parameter never came, and what compiling throws.
   */
  async finish(): Promise<ReadonlyMap<number, Memory>> {
    const [missing] = this.wanted.keys();
    if (missing !== undefined)
      throw new WeightsError('weights_mismatch', `parameter ${missing} was never given (${this.wanted.size} missing)`);
    while (this.#complete().length > 0) await this.#waitForPipeline();
    await this.#answered(0);
    if (this.waiting.length > 0)
      throw new DeviceError('invalid_program', `load step ${this.waiting[0]?.step.kernel.name} never became ready`);
    this.#uniforms.destroy();
    return this.memory;
  }

  /** Runs the load steps that can be run, and allocates `ids`. */
  advance(ids: readonly number[]): void {
    this.#runReady();
    for (const id of ids) if (!this.memory.has(id)) this.#allocate(id);
  }

  /** Frees everything, when loading is given up. */
  dispose(): void {
    this.#uniforms.destroy();
    for (const memory of this.memory.values()) memory.destroy();
    this.memory.clear();
    this.wanted.clear();
  }

  /** Waits until no more than so many elements are on their way. Throws what went wrong with one. */
  async #answered(most: number): Promise<void> {
    const elements = () => this.#onTheirWay.reduce((sum, copy) => sum + copy.elements, 0);
    while (elements() > most) await this.#onTheirWay.shift()!.answer;
  }

  #arrived(id: number): void {
    for (const entry of this.waiting) entry.missing.delete(id);
    this.#runReady();
  }

  #runReady(): void {
    for (let ready = this.#nextReady(); ready >= 0; ready = this.#nextReady()) {
      const [entry] = this.waiting.splice(ready, 1);
      if (entry) this.#dispatch(entry.index, entry.step);
    }
  }

  #nextReady(): number {
    return this.waiting.findIndex(({ missing, step }) => missing.size === 0 && this.#pipelines.has(step.kernel));
  }

  /** Steps that have all they read, and wait for their pipelines alone. */
  #complete(): Step[] {
    return this.waiting.filter(({ missing }) => missing.size === 0).map(({ step }) => step);
  }

  #heldBytes(): number {
    const held = new Set(this.#complete().flatMap((step) => accesses(step).reads));
    return [...held].reduce((sum, id) => sum + this.#plan.buffers[id]!.bytes, 0);
  }

  async #waitForPipeline(): Promise<void> {
    const [step] = this.#complete();
    if (!step) return;
    await settle(unlessAborted(this.#pipelines.compile([step.kernel]), this.#signal), this.#acquired.facts);
    await checked(this.#acquired, `load step ${step.kernel.name}`, () => this.#runReady());
  }

  #dispatch(index: number, step: Step): void {
    const { device } = this.#acquired;
    // Sets: a step may bind one buffer twice.
    const reads = new Set(accesses(step).reads);
    const writes = new Set(accesses(step).writes);
    for (const id of writes) if (!this.memory.has(id)) this.#allocate(id);
    const dispatch = this.#plan.load[index]!;
    const bound = bind(device, this.#pipelines, this.#plan, this.#uniforms, dispatch, ({ id, name }) => {
      const memory = this.memory.get(id);
      if (!memory) throw new TypeError(`${name} has no memory`);
      return 'createView' in memory ? memory.createView() : { buffer: memory };
    });
    const encoder = device.createCommandEncoder({ label: step.layer });
    const pass = encoder.beginComputePass();
    pass.setPipeline(bound.pipeline);
    pass.setBindGroup(0, bound.bindGroup);
    pass.dispatchWorkgroups(...dispatch.grid);
    pass.end();
    device.queue.submit([encoder.finish()]);
    for (const id of reads) this.#release(id);
    for (const id of writes)
      if (add(this.#writers, id, -1) === 0) for (const entry of this.waiting) entry.missing.delete(id);
  }

  #release(id: number): void {
    if (add(this.#readers, id, -1) > 0 || this.#kept.has(id)) return;
    this.memory.get(id)?.destroy(); // takes effect after the submitted work
    this.memory.delete(id);
  }

  #buffer(id: number): GPUBuffer {
    const memory = this.memory.get(id) ?? this.#allocate(id);
    if ('createView' in memory) throw new TypeError(`${this.#plan.buffers[id]?.name} is a texture, not a parameter`);
    return memory;
  }

  #allocate(id: number): Memory {
    const { device } = this.#acquired;
    const { name, bytes, texture } = this.#plan.buffers[id]!;
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
    const memory = texture
      ? makeTexture(device, name, texture)
      : device.createBuffer({ label: name, size: bytes, usage: STORAGE | UNIFORM | COPY_SRC | COPY_DST });
    this.memory.set(id, memory);
    return memory;
  }
}

function add(counts: Map<number, number>, id: number, change: number): number {
  const count = (counts.get(id) ?? 0) + change;
  counts.set(id, count);
  return count;
}
