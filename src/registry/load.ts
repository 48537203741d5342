// From a name to a model on the GPU: graph, program, pipelines and weights, at the same time where nothing waits.

import type { Preprocess } from '../image/preprocess.ts';
import { compile } from '../runtime/compile/compile.ts';
import { type Device, sharedDevice } from '../runtime/device/device.ts';
import { Executor } from '../runtime/device/executor.ts';
import { UsageError } from '../runtime/errors.ts';
import { graphOf } from '../runtime/graph/graph.ts';
import { input, type ParameterSpec, Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import type { OnProgress } from '../runtime/progress.ts';
import { bind } from '../weights/bind.ts';
import { fetchWeights } from '../weights/hub.ts';
import { initialise } from '../weights/initialise.ts';
import type { WeightsEntry } from '../weights/manifest.ts';
import { openTensors, type WeightsInput } from '../weights/open_weights.ts';
import { openSafetensors } from '../weights/safetensors.ts';
import type { NamedTensor, TensorReader } from '../weights/tensors.ts';
import { classNames } from './classes/classes.ts';
import { Model, type OpenedModel } from './model.ts';
import type { ModelSpec } from './plugin.ts';

export interface LoadOptions {
  /** Published weights: true for the default entry, or an entry's id. */
  readonly pretrained?: boolean | string;
  /** Weights of the caller's: a file, a URL, bytes, or a state dict. They must fit the model exactly. */
  readonly weights?: WeightsInput;
  /** Width of the last layer. Where it differs from the weights', that layer starts from the seed. */
  readonly classes?: number;
  /** Names of the caller's classes, by index. */
  readonly classNames?: readonly string[];
  /** Height and width of the input, where not the model's own. */
  readonly size?: number;
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
  /** For what no file gives. Default 0. */
  readonly seed?: number;
  /** Fail with PlanError rather than use more GPU memory than this. */
  readonly budgetBytes?: number;
}

type Entry = Pick<WeightsEntry, 'id' | 'preprocess' | 'classes' | 'accuracy' | 'licence'>;

interface Weights {
  readonly reader: TensorReader | null;
  readonly entry: Entry | null;
  readonly source: string;
}

export async function loadModel(name: string, spec: ModelSpec, options: LoadOptions): Promise<Model> {
  checkOptions(name, options);
  const labels = options.classNames ?? null;
  const open = async (): Promise<OpenedModel> => {
    const started = performance.now();
    const device = options.device ?? (await sharedDevice(options.driver));
    // The head's width is known before the weights are, unless a hub's entry brings labels of its own.
    const expected = options.classes ?? labels?.length ?? publishedClasses(spec, options) ?? spec.classes;
    const opening = openWeights(name, spec, options);
    const building = prepare(name, spec, expected, device, options);
    const [weights, prepared] = await bothOrNeither(opening, building);
    const names = labels ?? (weights.entry ? await classNames(weights.entry.classes) : null);
    const width = options.classes ?? names?.length ?? spec.classes;
    const built = width === expected ? prepared : await prepare(name, spec, width, device, options);
    const compiled = performance.now();
    const executor = await fill(name, spec, built, weights, names?.length ?? width, device, options);
    const loaded = performance.now();
    return {
      device,
      executor,
      graph: built.graph,
      parameters: built.parameters,
      preprocess: preprocessOf(spec, weights.entry, options),
      classNames: names?.length === width ? names : null,
      weights: weights.entry?.id ?? null,
      ms: { compile: built.ms, load: loaded - started - Math.min(built.ms, compiled - started) },
    };
  };
  return new Model(name, await open(), open);
}

function checkOptions(name: string, { pretrained, weights, classes, classNames, size, signal }: LoadOptions): void {
  signal?.throwIfAborted();
  const wrong = (what: string) => new UsageError('invalid_argument', `load ${name}: ${what}`);
  if (pretrained && weights !== undefined) throw wrong('give either pretrained or weights, not both');
  for (const [key, value] of Object.entries({ classes, size }))
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw wrong(`${key} must be a positive whole number and is ${value}`);
  if (classes !== undefined && classNames && classNames.length !== classes)
    throw wrong(`classes is ${classes} and classNames has ${classNames.length}`);
}

/** Two things at once; if one fails, what the other made is given back. */
async function bothOrNeither(opening: Promise<Weights>, building: Promise<Built>): Promise<[Weights, Built]> {
  try {
    return await Promise.all([opening, building]);
  } catch (error) {
    await opening.then(({ reader }) => reader?.close()).catch(() => {}); // its failure, if any, is the one thrown or came second
    throw error;
  }
}

interface Built {
  readonly graph: ReturnType<typeof graphOf>;
  readonly parameters: readonly ParameterSpec[];
  readonly program: ReturnType<typeof compile>;
  readonly ms: number;
}

async function prepare(
  name: string,
  spec: ModelSpec,
  classes: number,
  device: Device,
  { size = spec.input.size, signal, onProgress }: LoadOptions,
): Promise<Built> {
  const { minSize } = spec.input;
  if (size < minSize)
    throw new UsageError('invalid_argument', `load ${name}: size ${size} is below the model's smallest, ${minSize}`);
  const started = performance.now();
  const { logits, parameters } = build(spec, classes, size);
  const graph = graphOf({ logits });
  const program = compile(graph, device.facts);
  const kernels = [...program.load, ...program.run].map(({ kernel }) => kernel);
  await device.pipelines.compile(kernels, (done, total) =>
    onProgress?.({ phase: 'compile', unit: 'pipelines', done, total }),
  );
  signal?.throwIfAborted();
  return { graph, parameters, program, ms: performance.now() - started };
}

function build(
  spec: ModelSpec,
  classes: number,
  size: number,
): { logits: Value; parameters: readonly ParameterSpec[] } {
  const scope = Scope.root();
  const logits = spec.build(scope, input('image', ['n', spec.input.channels, size, size]), { classes });
  return { logits, parameters: scope.parameters };
}

function publishedClasses(spec: ModelSpec, { pretrained }: LoadOptions): number | undefined {
  if (!pretrained) return undefined;
  const entry = spec.weights.find((entry) => (pretrained === true ? entry.default : entry.id === pretrained));
  return Array.isArray(entry?.classes) ? entry.classes.length : undefined;
}

async function openWeights(name: string, spec: ModelSpec, options: LoadOptions): Promise<Weights> {
  const { pretrained, weights } = options;
  if (weights !== undefined) {
    const source = typeof weights === 'string' || weights instanceof URL ? `${weights}` : 'the given weights';
    return { reader: await openTensors(weights, options), entry: null, source };
  }
  if (!pretrained) return { reader: null, entry: null, source: '' };
  const request = { ...options, model: name, entries: spec.weights };
  const { source, entry } = await fetchWeights(pretrained === true ? request : { ...request, id: pretrained });
  return { reader: await openSafetensors(source), entry, source: source.name };
}

/** Uploads the weights. `trained` is the width of the last layer in them; what depends on another width starts from the seed. */
async function fill(
  name: string,
  spec: ModelSpec,
  { program, parameters }: Built,
  { reader, source }: Weights,
  trained: number,
  device: Device,
  options: LoadOptions,
): Promise<Executor> {
  const { seed = 0, signal, onProgress, budgetBytes, size = spec.input.size } = options;
  const fresh = new Set<string>();
  if (!reader) for (const spec of parameters) fresh.add(spec.name);
  let expected = parameters;
  if (reader) {
    expected = build(spec, trained, size).parameters;
    const shapes = new Map(expected.map((spec) => [spec.name, `${spec.shape}`]));
    for (const spec of parameters) if (shapes.get(spec.name) !== `${spec.shape}`) fresh.add(spec.name);
  }
  try {
    const found = reader ? bind(expected, reader.tensors, `${source} for ${name}`) : new Set<string>();
    const names = new Set([...found].filter((name) => !fresh.has(name)));
    const total = names.size + fresh.size;
    let done = 0;
    async function* tensors(): AsyncGenerator<NamedTensor> {
      const step = (tensor: NamedTensor) => {
        signal?.throwIfAborted();
        onProgress?.({ phase: 'upload', unit: 'tensors', done: ++done, total });
        return tensor;
      };
      for (const spec of parameters) if (fresh.has(spec.name)) yield step(initialise(spec, seed));
      if (reader) for await (const tensor of reader.read(names)) yield step(tensor);
    }
    return await Executor.load(
      device.acquired,
      device.pipelines,
      program,
      tensors(),
      budgetBytes === undefined ? {} : { budgetBytes },
    );
  } finally {
    await reader?.close();
  }
}

function preprocessOf(spec: ModelSpec, entry: Entry | null, options: LoadOptions): Preprocess {
  const { channels, size: own } = spec.input;
  const given = options.preprocess ?? entry?.preprocess ?? spec.weights.find((entry) => entry.default)?.preprocess;
  const size = options.size ?? given?.crop ?? own;
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
