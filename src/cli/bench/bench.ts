// `convoke bench`: what this adapter can do at most, how near convoke's kernels come, and how long models and training steps take.

import { registry } from '../../index.ts';
import { openDevice } from '../../runtime/device/device.ts';
import { PassTimer } from '../../runtime/device/pass_timer.ts';
import { measureRoof, type Roof } from '../../runtime/device/roof/roof.ts';
import { type Arguments, wrongUsage } from '../arguments.ts';
import { print } from '../output.ts';
import { showCount } from '../progress.ts';
import { describe, environmentOf } from './environment.ts';
import { timeKernels } from './kernel_times.ts';
import { kernelTable, layerResult } from './layer_result.ts';
import { chosenLayers, type Layer } from './layers.ts';
import { mergeReports } from './merge.ts';
import { modelTable, trainingTable } from './model_table.ts';
import { type TimingOptions, timeModel, timeTraining } from './model_times.ts';
import { roofTable } from './roof_table.ts';
import { againstPlain } from './same_result.ts';
import type { LayerResult, Report } from './schema.ts';
import { checkFolders, writeReports } from './write.ts';

const parts = ['peak', 'kernels', 'models', 'training'] as const;
type Part = (typeof parts)[number];

const ROUNDS = 7;
const models = ['mobilenet_v2', 'resnet18', 'resnet50'];
const trained = ['lenet5', 'resnet18'];

interface Choices {
  readonly parts: ReadonlySet<Part>;
  readonly layers: readonly Layer[];
  readonly models: readonly string[];
  readonly trained: readonly string[];
  /** In a run of a kernel or a model. */
  readonly images: number;
  readonly rounds: number;
  readonly driver: string | undefined;
}

/** Returns the exit code: 1 when a kernel's result is wrong. Throws UsageError, DeviceError. */
export async function bench(args: Arguments, signal: AbortSignal): Promise<number> {
  const [first, ...files] = args.operands;
  checkFolders(args);
  if (first === 'merge') return mergeReports(files, args);
  const choices = choicesOf(args);
  // Mesa reads it when Dawn loads it: without, the first run is fast on the second day only.
  process.env.MESA_SHADER_CACHE_DISABLE = 'true';
  const report = await measure(choices, signal);
  await writeReports(args, report, [report]);
  const wrong = (report.kernels ?? []).flatMap(({ layer, kernels }) =>
    kernels.flatMap(({ kernel, wrong }) => (wrong ? [`${kernel} (${layer}): ${wrong}`] : [])),
  );
  for (const line of wrong) print(line);
  return wrong.length > 0 ? 1 : 0;
}

function choicesOf({ operands, model, filter, images = 1, rounds = ROUNDS, driver }: Arguments): Choices {
  for (const operand of operands)
    if (!(parts as readonly string[]).includes(operand))
      throw wrongUsage(`bench takes ${parts.join(', ')}, or merge and files, and was given '${operand}'`);
  const asked = new Set((operands.length > 0 ? operands : parts) as readonly Part[]);
  const named = model?.split(',');
  for (const name of named ?? []) registry.info(name); // throws, with the nearest names
  const layers = chosenLayers(images, filter);
  if (layers.length === 0) throw wrongUsage(`--filter: no layer has '${filter}' in its name`);
  return { parts: asked, layers, models: named ?? models, trained: named ?? trained, images, rounds, driver };
}

async function measure(choices: Choices, signal: AbortSignal): Promise<Report> {
  const { parts, images, driver, rounds } = choices;
  const device = await openDevice(driver === undefined ? {} : { driver });
  const environment = environmentOf(driver, device.facts);
  print(describe(environment));
  let roof: Roof | null = null;
  let kernels: LayerResult[] | null = null;
  try {
    // The kernels are held against it.
    if (parts.has('peak') || parts.has('kernels')) roof = await peak();
    if (roof && parts.has('kernels')) kernels = await layers(roof);
  } finally {
    device.destroy();
  }
  const timedModels = parts.has('models') ? await each('models', choices.models, timeModel, modelTable) : null;
  const training = parts.has('training') ? await each('training', choices.trained, timeTraining, trainingTable) : null;
  return {
    format: 'convoke bench 1',
    environment,
    ...(roof && { roof }),
    ...(kernels && { kernels }),
    ...(timedModels && { models: timedModels }),
    ...(training && { training }),
  };

  async function peak(): Promise<Roof> {
    const bar = await showCount('peak', 'rates');
    try {
      const measured = await measureRoof(device, { rounds, onProgress: (done, total) => bar.update(done, total) });
      signal.throwIfAborted();
      bar.stop();
      print(`\n${roofTable(measured)}`);
      return measured;
    } finally {
      bar.stop();
    }
  }

  async function layers(roof: Roof): Promise<LayerResult[]> {
    const timer = new PassTimer(device.acquired);
    try {
      const time = async (layer: Layer) => {
        const check = againstPlain(device, layer);
        return layerResult(layer, await timeKernels(device, timer, layer, { rounds, check }), roof);
      };
      return await each('kernels', choices.layers, time, kernelTable);
    } finally {
      timer.dispose();
    }
  }

  /** One after the other, then all in a table. */
  async function each<T, R>(
    title: string,
    items: readonly T[],
    work: (item: T, options: TimingOptions) => Promise<R>,
    format: (results: readonly R[]) => string,
  ): Promise<R[]> {
    const bar = await showCount(title, title === 'kernels' ? 'layers' : 'models');
    const results: R[] = [];
    try {
      for (const item of items) {
        bar.update(results.length, items.length);
        results.push(await work(item, { images, driver, rounds }));
        signal.throwIfAborted();
      }
    } finally {
      bar.stop();
    }
    print(`\n${format(results)}`);
    return results;
  }
}
