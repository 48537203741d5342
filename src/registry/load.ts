// From a name to a model on the GPU: graph, program, pipelines and weights, at the same time where nothing waits.

import type { Preprocess } from '../image/preprocess_spec.ts';
import { type Device, sharedDevice } from '../runtime/device/device.ts';
import { DeviceError } from '../runtime/errors.ts';
import type { OnProgress } from '../runtime/progress.ts';
import { unlessAborted } from '../runtime/unless_aborted.ts';
import type { FetchedWeights } from '../weights/hub.ts';
import type { WeightsEntry } from '../weights/manifest.ts';
import type { WeightsInput } from '../weights/open_weights.ts';
import type { TensorReader } from '../weights/tensors.ts';
import { type Dimensions, readConfig } from './build.ts';
import { checkOptions, wrong } from './check_options.ts';
import { classNames } from './classes/classes.ts';
import { fill } from './fill.ts';
import { Model, type OpenedModel } from './model.ts';
import type { Config, ModelSpec } from './plugin.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { Precision } from './summary.ts';

export interface LoadOptions {
  /** Published weights: true for the default entry, or an entry's id. */
  readonly pretrained?: boolean | string;
  /** Weights of the caller's: a file, a URL, bytes, or a state dict. They must fit the model exactly. */
  readonly weights?: WeightsInput;
  /** Width of the last layer. Where it differs from the weights', that layer starts from the seed. */
  readonly classes?: number;
  /** Names of the caller's classes, by index. */
  readonly classNames?: readonly string[];
  /** Height and width of the input, where not the crop that the weights were published with. */
  readonly size?: number;
  /** The model's own choices, such as a width or an activation; `registry.info(name).config` has them with their defaults. */
  readonly config?: Config;
  /** How pictures become inputs, where not as the weights say. */
  readonly preprocess?: Preprocess;
  /** A device of the caller's own; models share one otherwise. */
  readonly device?: Device;
  /** Which driver's shared device; see `openDevice`. */
  readonly driver?: string;
  /** A folder (Node) or URL with hub.json in place of where the weights are published. */
  readonly hub?: string;
  /** Touch no network. */
  readonly offline?: boolean;
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /**
   * What does not learn: names of parameters or modules, `*` standing for anything. `features` is all but the layer that gives the
   * classes, where no module has that name.
   */
  readonly freeze?: string | readonly string[];
  /**
   * How weights and activations are stored: `f16` takes half the memory. On adapters without `shader-f16` activations stay f32, as
   * `summary().storage` says. Sums are made in f32 in any case.
   */
  readonly precision?: Precision;
  /** For what no file gives. Default 0. */
  readonly seed?: number;
  /** The most GPU memory to use: kernels that need less are chosen until one image fits, and PlanError is thrown where it does not. */
  readonly budgetBytes?: number;
  /**
   * Which kernels serve the layers. True: what has never been measured on this adapter is measured first, which takes minutes on slow
   * ones, and remembered. False: by the adapter's facts alone. Otherwise what is remembered serves, and facts where nothing is.
   */
  readonly tune?: boolean;
  /** Run once before the model is given, so that its first answer is as fast as the later ones; a number is that of images. */
  readonly warmup?: boolean | number;
}

/** `signal` and `onProgress` may be there as undefined. */
export type Options = Omit<LoadOptions, 'signal' | 'onProgress'> & {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
};

export interface Weights {
  readonly reader: TensorReader | null;
  readonly entry: FetchedWeights['entry'] | null;
  /** For messages. */
  readonly source: string;
}

export async function loadModel(name: string, spec: ModelSpec, options: LoadOptions): Promise<Model> {
  checkOptions(name, spec, options);
  const opened = await open(name, spec, options);
  // The caller's signal and progress are those of this call; a reload after the loss of a device comes much later.
  const again = { ...options, signal: undefined, onProgress: undefined };
  const model = new Model(name, opened, () => open(name, spec, again));
  return options.warmup ? (await import('./pictures.ts')).warmedUp(model, options) : model;
}

async function open(name: string, spec: ModelSpec, options: Options): Promise<OpenedModel> {
  const started = performance.now();
  const device = options.device ?? (await sharedDevice(options.driver));
  if (device.gone) throw new DeviceError('device_lost', `load ${name}: the given device is lost or destroyed`);
  // The first thing that fails, opening, compiling or filling, is the reason for which the others stop.
  const stop = new AbortController();
  const failed = (error: unknown) => stop.abort(error);
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const own = { ...options, signal };
  const opening = openWeights(name, spec, own);
  opening.catch(failed);
  try {
    // What the hub's entry says is known late; that it differs from what is published or asked for is rare.
    const published = publishedEntry(spec, options);
    const names = Array.isArray(published?.classes) ? published.classes : null;
    const likely = dimensions(name, spec, options, published ?? null, names);
    const first = await prepare(name, spec, likely, device, own);
    first.compiling.catch(failed);
    const weights = await opening;
    const { entry } = weights;
    const trained = entry ? await classNames(entry.classes) : null;
    const actual = dimensions(name, spec, options, entry, trained);
    const { classes, size } = actual;
    const same = JSON.stringify(actual) === JSON.stringify(likely);
    const before = same ? 0 : await unlessAborted(first.compiling, signal);
    const prepared = same ? first : await prepare(name, spec, actual, device, own);
    prepared.compiling.catch(failed);
    const fixed = await frozen(name, spec, prepared, options);
    const width = trained?.length ?? classes;
    const executor = await fill(spec, prepared, weights, width, device, own);
    let compile = before;
    try {
      compile += await prepared.compiling;
      signal.throwIfAborted();
    } catch (error) {
      executor.dispose();
      throw error;
    }
    const labels = options.classNames ?? trained;
    return {
      device,
      executor,
      graph: prepared.graph,
      parameters: prepared.parameters,
      preprocess: preprocessOf(spec, entry, size, options),
      classNames: labels?.length === classes ? labels : null,
      weights: entry?.id ?? null,
      // By its id, as what a hub's default is may change.
      state: async (signal) => {
        const again = { ...options, ...(entry && { pretrained: entry.id }), signal, onProgress: undefined };
        return (await import('./open_weights.ts')).openState(name, spec, prepared, width, again);
      },
      definition: { spec, prepared, frozen: fixed },
      ms: { compile, load: performance.now() - started - compile },
    };
  } catch (error) {
    failed(error);
    throw error;
  } finally {
    await opening.then(({ reader }) => reader?.close()).catch(() => {}); // it failed first, or because it was stopped
  }
}

/** Models without a file run without the code that fetches and reads files. */
async function openWeights(name: string, spec: ModelSpec, options: Options): Promise<Weights> {
  if (!options.pretrained && options.weights === undefined) return { reader: null, entry: null, source: name };
  return (await import('./open_weights.ts')).openWeights(name, spec, options);
}

async function frozen(
  name: string,
  spec: ModelSpec,
  prepared: Prepared,
  { freeze }: Options,
): Promise<ReadonlySet<string>> {
  if (freeze === undefined) return new Set();
  const { frozenNames } = await import('./train.ts');
  return frozenNames(spec, prepared, [freeze].flat(), (what) => wrong(name, what));
}

/** What the caller says, else what the weights say, else the model's own. */
function dimensions(
  name: string,
  spec: ModelSpec,
  options: Options,
  entry: Pick<WeightsEntry, 'preprocess' | 'config'> | null,
  names: readonly string[] | null,
): Dimensions {
  return {
    classes: options.classes ?? options.classNames?.length ?? names?.length ?? spec.classes,
    size: options.size ?? options.preprocess?.crop ?? entry?.preprocess.crop ?? spec.input.size,
    config: readConfig(`load ${name}`, spec, { ...entry?.config, ...options.config }),
  };
}

function publishedEntry(spec: ModelSpec, { pretrained }: Options): WeightsEntry | undefined {
  if (!pretrained) return undefined;
  return spec.weights.find((entry) => (pretrained === true ? entry.default : entry.id === pretrained));
}

function preprocessOf(spec: ModelSpec, entry: Weights['entry'], size: number, options: Options): Preprocess {
  const { channels } = spec.input;
  const given = options.preprocess ?? entry?.preprocess ?? spec.weights.find((entry) => entry.default)?.preprocess;
  const plain: Preprocess = {
    resize: size,
    crop: size,
    interpolation: 'bilinear',
    antialias: true,
    mean: Array<number>(channels).fill(0),
    std: Array<number>(channels).fill(1),
  };
  const base = given ?? plain;
  // Another input size keeps the share of the picture that the crop leaves.
  return { ...base, crop: size, resize: Math.round((base.resize * size) / base.crop) };
}
