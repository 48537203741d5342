// Measuring the kernels of a model's layers, of its training step too.

import type { Choices } from '../runtime/compile/choices.ts';
import { loadPasses, optimise } from '../runtime/compile/compile.ts';
import { optimiseTraining } from '../runtime/compile/training.ts';
import { type Device, sharedDevice } from '../runtime/device/device.ts';
import { type TuneOptions as Measuring, type TunedClass, tune } from '../runtime/device/tune.ts';
import { choicesOf, remember } from '../runtime/device/tuning.ts';
import type { Graph } from '../runtime/graph/graph.ts';
import { crossEntropy } from '../training/losses.ts';
import { sgd } from '../training/optimizers.ts';
import { stepGraph } from '../training/step_graph.ts';
import { type BuiltModel, build, defaults } from './build.ts';
import { checkSize } from './check_options.ts';
import type { ModelSpec } from './plugin.ts';
import type { Precision } from './summary.ts';

export type { TunedClass } from '../runtime/device/tune.ts';

export interface TuneOptions extends Omit<Measuring, 'half'> {
  /** How the model is to be loaded: `f16` measures kernels on images and weights of that. Default `f32`; a training step's are. */
  readonly precision?: Precision;
  /** Height and width of the input, where not the model's own. */
  readonly size?: number;
  /** Measure a training step's layers and gradients, not those of running the model; `batch` is 8 then if not given. */
  readonly training?: boolean;
  readonly device?: Device;
  readonly driver?: string;
  readonly cacheDir?: string;
}

export interface TuneReport {
  /** What was measured now: what was known before is not in it. */
  readonly classes: readonly TunedClass[];
  /** By kernel, why it is not used on this adapter. */
  readonly quarantined: Readonly<Record<string, string>>;
}

export async function tuneModel(name: string, spec: ModelSpec, options: TuneOptions): Promise<TuneReport> {
  const { size = spec.input.size, training = false, driver, cacheDir } = options;
  checkSize(name, spec, size);
  const device = options.device ?? (await sharedDevice(driver));
  const choices = await choicesOf(device, cacheDir);
  const built = build(spec, { ...defaults(spec), size });
  await loadPasses(built.graph, device.facts);
  const graph = training ? trainingGraph(built, device) : optimise(built.graph, device.facts);
  const classes = await tuneGraph(device, graph, choices, {
    ...options,
    half: options.precision === 'f16' && !training,
    batch: options.batch ?? (training ? 8 : 1),
  });
  return { classes, quarantined: choices.toJSON().quarantined };
}

/** Losses and optimizers have nothing to choose: any will do. */
function trainingGraph(built: BuiltModel, { facts }: Device): Graph {
  const { graph } = stepGraph(built, {
    loss: crossEntropy(),
    optimizer: sgd({ lr: 0.01 }),
    dropout: true,
    soft: false,
    accumulate: 1,
    average: false,
    frozen: new Set(),
    facts,
    keep: 'all',
  });
  return optimiseTraining(graph, facts);
}

/** Measures what is not known yet of a graph that is ready to be lowered, and remembers it. */
export async function tuneGraph(
  device: Device,
  graph: Graph,
  choices: Choices,
  options: Measuring & { readonly cacheDir?: string },
): Promise<readonly TunedClass[]> {
  const tuned = await tune(device, graph, choices, options);
  if (tuned.length > 0) await remember(device, choices, options.cacheDir);
  return tuned;
}
