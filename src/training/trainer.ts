// Training: one step at a time, or epochs over a dataset; what it holds can be saved and taken up again, to the bit.

import type { Dataset } from '../data/dataset.ts';
import { TrainingError, UsageError } from '../runtime/errors.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { StateDict } from '../weights/tensors.ts';
import { type CompiledStep, compileStep } from './compile_step.ts';
import type { Arrays, Engine, Trainable } from './engine.ts';
import type { EpochEvent, TrainingEvent } from './events.ts';
import { type FitOptions, fitDataset } from './fit.ts';
import { held, overflowed } from './loss_scale.ts';
import { checkTrainerOptions, type Settings, settingsOf, type TrainerOptions } from './options.ts';
import { type Progress, startOf } from './progress.ts';
import { averageOf, initialOf } from './variables.ts';

export type { TrainerOptions } from './options.ts';

/** Pictures [n, channels, height, width] as the model takes them, and what they are. */
export interface TrainingBatch {
  readonly images: Tensor;
  /** Class numbers, n of them; or `targets`. */
  readonly labels?: readonly number[];
  /** Probabilities [n, classes]. */
  readonly targets?: Tensor;
}

export interface StepResult {
  /** The batch's mean loss, before the step. */
  readonly loss: number;
  /** The 2-norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  readonly rate: number;
  /** [n, classes], before the step. */
  readonly logits: Tensor;
  /** Whether the weights changed: not while gradients are accumulated, nor where half precision overflowed. */
  readonly updated: boolean;
}

/** Made by `model.trainer`. */
export class Trainer {
  readonly model: Trainable;
  readonly settings: Settings;
  #progress: Progress;
  /** The variables to begin with: the model's, or a checkpoint's. */
  #start: StateDict;
  #compiled: (CompiledStep & { readonly engine: Engine }) | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(model: Trainable, options: TrainerOptions) {
    checkTrainerOptions(model, options);
    this.model = model;
    this.settings = settingsOf(options);
    this.#progress = startOf(this.settings);
    this.#start = model.state;
  }

  /** How far training has come: steps, epochs, rate. */
  get progress(): Progress {
    return this.#progress;
  }

  /** For the loop over epochs, and for checkpoints that are taken up again. */
  advance(change: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...change };
  }

  /**
   * One batch: forward, backward and update in one submit. Throws UsageError for a batch of another shape, PlanError over the
   * budget, and TrainingError 'not_finite', which names the first layer and operator that gave a NaN or an infinity; the weights
   * are then as they were before. Calls queue up behind each other.
   */
  step(batch: TrainingBatch): Promise<StepResult> {
    const mine = this.#last.then(() => this.#step(batch));
    this.#last = mine.then(
      () => {},
      () => {},
    );
    return mine;
  }

  async #step(batch: TrainingBatch): Promise<StepResult> {
    const n = this.#checkBatch(batch);
    const compiled = await this.#compile(batch, n);
    const { accumulate, average, optimizer } = this.settings;
    const { steps, runs, rate, lossScale } = this.#progress;
    const micro = runs % accumulate;
    const apply = micro === accumulate - 1;
    const [c1, c2] = optimizer.scalars(steps + 1);
    const inputs: Arrays = {
      image: await batch.images.data(),
      target: await targetsOf(batch, compiled.soft, this.#classes, n),
      step: new Float32Array([rate, apply ? 1 : 0, steps === 0 ? 1 : 0, c1, c2, micro === 0 ? 1 : 0, average ?? 0, 0]),
      loss_scale: new Float32Array([lossScale?.value ?? 1]),
      random: new Float32Array(new Uint32Array([this.settings.seed, runs, Math.floor(runs / 2 ** 32), 0]).buffer),
    };
    const given = Object.fromEntries(compiled.inputs.map((name) => [name, inputs[name]!]));
    const { loss, logits, control } = await compiled.engine.run(n, given);
    const [go = 0, , norm = Number.NaN] = control!;
    const finite = Number.isFinite(norm) && Number.isFinite(loss![0]!);
    const next = finite ? (apply ? held(lossScale) : lossScale) : overflowed(lossScale);
    if (!finite && !next) throw await this.#notFinite(compiled, n, given);
    // A step that half precision refused has come to nothing: accumulation begins anew.
    this.advance({
      runs: finite ? runs + 1 : runs - micro,
      steps: steps + (go === 1 ? 1 : 0),
      batches: this.#progress.batches + 1,
      lossScale: next,
    });
    this.model.stale(() => this.stateDict());
    return {
      loss: loss![0]!,
      gradientNorm: norm,
      rate,
      logits: new Tensor(logits!, [n, this.#classes]),
      updated: go === 1,
    };
  }

  /**
   * Epochs over a dataset. Yields an event at the end of each, and with `steps: true` one for every step too. Breaking off the
   * loop, or the signal, leaves the trainer as it is after the last step. Throws what `step` throws, DataError and ImageError.
   */
  fit(dataset: Dataset, options: FitOptions & { readonly steps: true }): AsyncGenerator<TrainingEvent>;
  fit(dataset: Dataset, options?: FitOptions & { readonly steps?: false }): AsyncGenerator<EpochEvent>;
  async *fit(dataset: Dataset, options: FitOptions = {}): AsyncGenerator<TrainingEvent> {
    this.#check();
    yield* fitDataset(this, dataset, options);
  }

  /**
   * All weights as they are now, in state_dict order and torch's layout, batch norm's counters included; the averaged ones
   * where weights are averaged.
   */
  async stateDict(): Promise<StateDict> {
    const { state } = this.model;
    const counted = this.#progress.batches;
    const read = this.#compiled ? await this.variables() : this.#start;
    return Object.fromEntries(
      Object.entries(state).map(([name, { shape }]) => {
        const frozen = this.model.frozen.has(name.replace(/num_batches_tracked$/, 'weight'));
        const data = (read[averageOf(name)] ?? read[name] ?? this.#start[name]!).data;
        const counter = name.endsWith('num_batches_tracked') && !frozen;
        return [name, { shape, data: counter ? state[name]!.data.map((count) => count + counted) : data }];
      }),
    );
  }

  /** Everything that steps change, by name: weights, running statistics, momenta, averages. What checkpoints hold. */
  async variables(): Promise<StateDict> {
    const compiled = this.#compiled;
    if (!compiled) return this.#start;
    const entries: [string, StateDict[string]][] = [];
    for (const { name, shape } of compiled.variables) {
      const data = await compiled.engine.variable(name);
      entries.push([name, { shape, data }]);
    }
    return Object.fromEntries(entries);
  }

  /** Bytes of GPU memory that a step on a batch of this size takes; null before the first step. */
  peakBytes(batch: number): number | null {
    return this.#compiled && this.model.peakBytes(this.#compiled.program, batch);
  }

  /** Takes up what `variables` and `progress` gave. The step is compiled anew when it is next run. */
  restore(variables: StateDict, progress: Progress): void {
    this.#compiled?.engine.dispose();
    this.#compiled = null;
    this.#start = { ...this.model.state, ...variables };
    this.#progress = progress;
    this.model.stale(() => this.stateDict());
  }

  /** Frees the GPU memory; the model keeps what was learnt. Safe to call twice. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    const state = this.#compiled && (await this.stateDict());
    if (state) this.model.stale(async () => state);
    this.#disposed = true;
    this.#compiled?.engine.dispose();
  }

  get #classes(): number {
    return Number(this.model.built.logits.shape[1]);
  }

  #check(): void {
    if (this.#disposed) throw new UsageError('disposed', `the trainer of ${this.model.name} was disposed of`);
  }

  async #compile(batch: TrainingBatch, n: number) {
    const soft = batch.targets !== undefined || this.settings.loss.targets === 'probabilities';
    // Probabilities can say what class numbers say, not the other way round.
    if (this.#compiled && (this.#compiled.soft || !soft)) return this.#compiled;
    const start = this.#compiled ? await this.variables() : this.#start;
    const compiled = await compileStep(this.model, this.settings, soft, n);
    const initial = compiled.variables.map((variable) => {
      const known = start[variable.name];
      if (!known) return initialOf(variable, this.#start);
      return { name: variable.name, shape: variable.shape, data: known.data as Float32Array<ArrayBuffer> };
    });
    const own = Object.entries(this.#start).flatMap(([name, { shape, data }]) =>
      compiled.variables.some((variable) => variable.name === name)
        ? []
        : [{ name, shape, data: data as Float32Array<ArrayBuffer> }],
    );
    const engine = await this.model.open(compiled.program, [...initial, ...own]);
    this.#compiled?.engine.dispose();
    this.#compiled = { ...compiled, engine };
    return this.#compiled;
  }

  #checkBatch({ images, labels, targets }: TrainingBatch): number {
    this.#check();
    const { built, name } = this.model;
    const image = built.graph.values.find(({ kind }) => kind === 'input');
    const expected = image?.shape.slice(1) ?? [];
    const [n = 0, ...rest] = images.shape;
    const wrong = (what: string) => new UsageError('invalid_argument', `step of ${name}: ${what}`);
    if (n < 1 || `${rest}` !== `${expected}`) throw wrong(`images must be [n,${expected}] and are [${images.shape}]`);
    if ((labels === undefined) === (targets === undefined)) throw wrong('give either labels or targets');
    if (labels && labels.length !== n) throw wrong(`${n} images have ${labels.length} labels`);
    const { ignoreIndex } = this.settings.loss;
    const bad = labels?.find(
      (label) => label !== ignoreIndex && !(Number.isInteger(label) && label >= 0 && label < this.#classes),
    );
    if (bad !== undefined) throw wrong(`label ${bad} is none of the ${this.#classes} classes`);
    if (targets && `${targets.shape}` !== `${[n, this.#classes]}`)
      throw wrong(`targets must be [${n},${this.#classes}] and are [${targets.shape}]`);
    return n;
  }

  async #notFinite({ engine }: { readonly engine: Engine }, n: number, inputs: Arrays): Promise<TrainingError> {
    const origin = await engine.firstNonFinite(n, inputs);
    const at = origin ? `${origin.operator}(${origin.layer}) made the first` : 'the gradients add up to one';
    return new TrainingError('not_finite', `a NaN or infinity at step ${this.#progress.steps + 1}: ${at}`);
  }
}

async function targetsOf(
  { labels, targets }: TrainingBatch,
  soft: boolean,
  classes: number,
  n: number,
): Promise<Float32Array<ArrayBuffer>> {
  if (targets) return targets.data();
  if (!soft) return Float32Array.from(labels!);
  const one = new Float32Array(n * classes);
  for (const [i, label] of labels!.entries()) one[i * classes + label] = 1;
  return one;
}
