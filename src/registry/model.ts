// A model on the GPU: it classifies, runs, describes and times itself.

import type { ImageSource } from '../image/pixels.ts';
import type { Preprocess } from '../image/preprocess_spec.ts';
import type { Device } from '../runtime/device/device.ts';
import type { Executor } from '../runtime/device/executor.ts';
import type { Arrays } from '../runtime/device/given.ts';
import { UsageError } from '../runtime/errors.ts';
import type { Graph } from '../runtime/graph/graph.ts';
import type { ParameterSpec } from '../runtime/graph/scope.ts';
import { join, Tensor } from '../runtime/tensor.ts';
import type { Trainer, TrainerOptions } from '../training/trainer.ts';
import type { StateDict, TensorReader } from '../weights/tensors.ts';
import type { Classification } from './answers.ts';
import type { ModelSpec } from './plugin.ts';
import type { Prepared } from './prepare.ts';
import type { Profile } from './profile.ts';
import type { SaveOptions, SaveTarget } from './save.ts';
import type { StreamAnswer, StreamAnswered, StreamOptions, StreamSource } from './stream.ts';
import { type Summary, summarise } from './summary.ts';
import { Upkeep } from './upkeep.ts';
import type { WarmupOptions } from './warmup.ts';

export interface ClassifyOptions {
  /** How many answers, best first. Default 5. */
  readonly top?: number;
  readonly signal?: AbortSignal;
}

/** What loading gave: everything that is lost with the device, and what it was made with. */
export interface OpenedModel {
  readonly device: Device;
  readonly executor: Executor;
  readonly graph: Graph;
  readonly parameters: readonly ParameterSpec[];
  readonly preprocess: Preprocess;
  readonly classNames: readonly string[] | null;
  /** The weights entry's id. */
  readonly weights: string | null;
  /** Reads the weights once more, in state_dict order. */
  readonly state: (signal: AbortSignal | undefined) => Promise<TensorReader>;
  /** What it was made from, and the names of the parameters that do not learn. */
  readonly definition: {
    readonly spec: ModelSpec;
    readonly prepared: Prepared;
    readonly frozen: ReadonlySet<string>;
  };
  /**
   * Milliseconds of waiting for the model: while the graph was built and its pipelines compiled (the weights came in and went
   * to the GPU meanwhile), and the rest, until the last of the weights were there.
   */
  readonly ms: { readonly load: number; readonly compile: number };
}

export class Model {
  readonly name: string;
  readonly #upkeep: Upkeep;

  constructor(name: string, opened: OpenedModel, reopen: () => Promise<OpenedModel>) {
    this.name = name;
    this.#upkeep = new Upkeep(name, opened, reopen);
  }

  get preprocess(): Preprocess {
    return this.#upkeep.opened.preprocess;
  }

  /** Names by class index; null where nothing gave names. */
  get classNames(): readonly string[] | null {
    return this.#upkeep.opened.classNames;
  }

  /** The id of the weights entry it was loaded from. */
  get weights(): string | null {
    return this.#upkeep.opened.weights;
  }

  get device(): Device {
    return this.#upkeep.opened.device;
  }

  /** Milliseconds that loading took: `compile` and `load` together are what the caller waited for. */
  get ms(): OpenedModel['ms'] {
    return this.#upkeep.opened.ms;
  }

  /**
   * Logits [n, classes] of a batch [n, channels, height, width]. A batch larger than the adapter's limits allow runs in
   * parts. Throws UsageError for another shape, DeviceError, PlanError.
   */
  async forward(batch: Tensor): Promise<Tensor> {
    const { n, data } = await this.#input(batch);
    const results = await this.#upkeep.run(async (executor) => {
      const most = executor.largestBatch(n); // one image at least: that was planned when the model was loaded
      const parts: Promise<Arrays>[] = [];
      const perImage = data.length / n;
      for (let from = 0; from < n; from += most) {
        const count = Math.min(most, n - from);
        const image = count === n ? data : data.subarray(from * perImage, (from + count) * perImage);
        parts.push(executor.run(count, { image }));
      }
      return Promise.all(parts);
    });
    return new Tensor(join(results.map(({ logits }) => logits!)), [n, this.#classes()]);
  }

  /** The best classes of a picture. Throws ImageError for a picture that cannot be read. */
  async classify(image: ImageSource, options: ClassifyOptions = {}): Promise<readonly Classification[]> {
    this.#upkeep.check();
    // Whoever runs tensors alone never loads what pictures need.
    const { classify } = await import('./pictures.ts');
    return classify(this, image, options);
  }

  /** A picture as this model's input [1, channels, height, width]: decoded, resized, cropped, normalised. */
  async read(image: ImageSource, options: { readonly signal?: AbortSignal } = {}): Promise<Tensor> {
    const { read } = await import('./pictures.ts');
    return read(this, image, options);
  }

  /**
   * Runs once on zeros, so that the next answer to as many images is as fast as the later ones: drivers that run on a CPU make
   * machine code at the first run, and memory for the batch is allocated. What pictures need is loaded too. Throws what `forward`
   * throws, or the signal's reason.
   */
  async warmup(options: WarmupOptions = {}): Promise<void> {
    this.#upkeep.check();
    const { warmUp } = await import('./pictures.ts');
    return warmUp(this, options);
  }

  /**
   * Answers to many pictures, or tensors [1, channels, height, width], in their order, while the next are fetched, decoded and run:
   * `for await (const { input, classes } of model.stream(files)) ...`. What cannot be read has an `error` in its answer. Leaving the
   * loop, or the signal, ends the source (its `return` is called). Throws what the source and `forward` throw, once the answers
   * before that were handed out, or the signal's reason at once.
   */
  stream<Input extends ImageSource | Tensor>(
    source: StreamSource<Input>,
    options: StreamOptions & { readonly onError: 'throw' },
  ): AsyncGenerator<StreamAnswered<Input>, void, undefined>;
  stream<Input extends ImageSource | Tensor>(
    source: StreamSource<Input>,
    options?: StreamOptions,
  ): AsyncGenerator<StreamAnswer<Input>, void, undefined>;
  async *stream<Input extends ImageSource | Tensor>(
    source: StreamSource<Input>,
    options: StreamOptions = {},
  ): AsyncGenerator<StreamAnswer<Input>, void, undefined> {
    this.#upkeep.check();
    const { stream } = await import('./pictures.ts');
    yield* stream(this, source, options);
  }

  /** Layers, shapes, parameters, multiply-adds, bytes; `String(summary)` is a table. */
  summary(): Summary {
    this.#upkeep.check();
    const { graph, parameters, executor, definition } = this.#upkeep.opened;
    return summarise(this.name, graph, parameters, executor.plan(1), definition.prepared.storage);
  }

  /** GPU time of every dispatch for a batch; `String(profile)` is a table. Throws DeviceError 'missing_feature'. */
  async profile(batch: Tensor): Promise<Profile> {
    const { n, data } = await this.#input(batch);
    const { profile } = await import('./profile.ts');
    return this.#upkeep.run((executor) => profile(executor, n, data));
  }

  /**
   * All weights by torchvision's names and in its order, batch norm's counters included, in PyTorch's layout. Running a
   * model does not change them: they are read again from where they came (the cache, the file, the caller's memory), and what
   * started from the seed is drawn again, so that they take no memory until they are asked for.
   * Throws what loading throws, as the file may be gone.
   */
  async stateDict({ signal }: { readonly signal?: AbortSignal } = {}): Promise<StateDict> {
    this.#upkeep.check();
    await this.#upkeep.catchUp();
    const { stateDictOf } = await import('./save.ts');
    return stateDictOf(await this.#upkeep.opened.state(signal));
  }

  /**
   * Writes what `stateDict` gives as a safetensors file, one tensor in memory at a time: to a path in Node, where the file
   * appears whole or not at all, to a stream, or, without a target, into a Blob for a browser to offer as a download.
   * Throws WeightsError `unsupported_dtype` for a number that is too large for the dtype, and what `stateDict` throws.
   */
  save(target?: undefined, options?: SaveOptions): Promise<Blob>;
  save(target: SaveTarget, options?: SaveOptions): Promise<undefined>;
  async save(target?: SaveTarget, options: SaveOptions = {}): Promise<Blob | undefined> {
    this.#upkeep.check();
    const { checkSave, writeState } = await import('./save.ts');
    checkSave(this.name, target, options);
    await this.#upkeep.catchUp();
    return writeState(await this.#upkeep.opened.state(options.signal), target, options);
  }

  /**
   * Trains this model: `for await (const epoch of trainer.fit(dataset, { epochs: 20 })) ...`, or `trainer.step(batch)`. What the
   * model answers, and what `save` writes, is what has been learnt so far. Throws UsageError for options that are none.
   */
  async trainer(options: TrainerOptions = {}): Promise<Trainer> {
    this.#upkeep.check();
    const { openTrainer } = await import('./train.ts');
    return openTrainer(this, this.#upkeep.opened, await this.stateDict(), options, (newer) =>
      this.#upkeep.stale(newer),
    );
  }

  /**
   * Where in a picture the model sees class `index`, its best answer where none is given: Grad-CAM (Selvaraju et al. 2016,
   * arXiv:1610.02391) over the last layer that still has places. [height, width] of the model's input, from 0 to 1; all 0 where nothing
   * speaks for the class. Throws what `classify` throws.
   */
  gradCam(image: ImageSource, index?: number): Promise<Tensor> {
    return this.#explain('gradCam', image, index);
  }

  /**
   * How much each pixel of the input moves the logit of class `index`, the largest over its channels (Simonyan et al. 2013,
   * arXiv:1312.6034, section 3). [height, width], from 0 to 1. Throws what `classify` throws.
   */
  saliency(image: ImageSource, index?: number): Promise<Tensor> {
    return this.#explain('saliency', image, index);
  }

  /** Frees the GPU memory; what is under way throws UsageError 'disposed'. Safe to call twice. */
  dispose(): void {
    this.#upkeep.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  async #explain(method: 'gradCam' | 'saliency', image: ImageSource, index: number | undefined): Promise<Tensor> {
    const input = await this.read(image);
    const logits = await this.forward(input);
    const { explain } = await import('./train.ts');
    return explain(method, this.name, this.#upkeep.opened, input, logits, index);
  }

  async #input(batch: Tensor): Promise<{ n: number; data: Float32Array<ArrayBuffer> }> {
    this.#upkeep.check();
    const image = this.#upkeep.opened.graph.values.find(({ kind }) => kind === 'input');
    const expected = `${image?.shape.slice(1)}`;
    const [n = 0, ...rest] = batch.shape;
    if (n < 1 || `${rest}` !== expected)
      throw new UsageError('invalid_argument', `${this.name} takes [n,${expected}] and was given [${batch.shape}]`);
    return { n, data: await batch.data() };
  }

  #classes(): number {
    return Number(this.#upkeep.opened.graph.outputs.logits?.shape[1]);
  }
}
