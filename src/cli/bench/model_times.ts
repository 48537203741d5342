// How long a model takes to be there and to answer, and how long a training step of it takes.

import { ConvokeError, registry } from '../../index.ts';
import { build, defaults } from '../../registry/build.ts';
import { type Device, openDevice } from '../../runtime/device/device.ts';
import { sgd } from '../../training/optimizers.ts';
import type { StateDict } from '../../weights/tensors.ts';
import { initialWeights, specOf } from './initial_weights.ts';
import { repeated, timed, timesOf } from './measure.ts';
import { noise } from './noise.ts';
import type { ModelResult, TrainingResult } from './schema.ts';

export interface TimingOptions {
  /** In a run of a model. */
  readonly images: number;
  readonly driver?: string | undefined;
  /** The most runs; fewer where they take long. */
  readonly rounds: number;
}

const BUDGET_MS = 5000;
/** Pictures larger than this are not needed to see how fast a step is. */
const TRAINING_SIZE = 64;
const SMALL_BATCH = 4;
const LARGE_BATCH = 64;

/** A batch of images, from weights in memory, on a device of its own. Throws UsageError 'unknown_model', DeviceError. */
export async function timeModel(name: string, { images: batch, driver, rounds }: TimingOptions): Promise<ModelResult> {
  const { input } = registry.info(name);
  const weights = weightsOf(name, input.size);
  return onDevice(driver, async (device) => {
    const loaded = await timed(() => registry.load(name, { weights, device }));
    const model = loaded.result;
    const images = noise(input, batch);
    const forward = async () => (await model.forward(images)).data();
    const first = await timed(forward);
    if (first.result.some((logit) => !Number.isFinite(logit)))
      throw new ConvokeError('wrong_result', `${name} answers with what is no number`);
    const samples = await repeated(rounds, BUDGET_MS, forward);
    const again = await forward();
    if (again.some((logit, i) => logit !== first.result[i]))
      throw new ConvokeError('wrong_result', `${name} answers the same image twice, and not alike`);
    const { peakBytes } = model.summary();
    const result = {
      model: name,
      size: input.size,
      batch,
      compileMs: model.ms.compile,
      loadMs: loaded.wallMs - model.ms.compile,
      firstMs: first.wallMs,
      peakBytes,
      pipelines: device.pipelines.size,
      ...timesOf(samples),
    };
    model.dispose();
    return result;
  });
}

/** Steps of momentum SGD on one batch of noise, which is learnt by heart. Throws UsageError 'unknown_model', DeviceError. */
export async function timeTraining(name: string, { driver, rounds }: TimingOptions): Promise<TrainingResult> {
  const { input, classes } = registry.info(name);
  const { channels } = input;
  const size = Math.max(input.minSize, Math.min(input.size, TRAINING_SIZE));
  const batch = size < TRAINING_SIZE ? LARGE_BATCH : SMALL_BATCH;
  const weights = weightsOf(name, size);
  const images = noise({ channels, size }, batch);
  const labels = Array.from({ length: batch }, (_, i) => i % classes);
  return onDevice(driver, async (device) => {
    const losses: number[] = [];
    const first = await timed(async () => {
      const model = await registry.load(name, { weights, size, device });
      const trainer = await model.trainer({ optimizer: sgd({ lr: 0.01, momentum: 0.9 }) });
      losses.push((await trainer.step({ images, labels })).loss);
      return { model, trainer };
    });
    const { model, trainer } = first.result;
    const samples = await repeated(rounds, BUDGET_MS, async () => {
      losses.push((await trainer.step({ images, labels })).loss);
    });
    const [firstLoss, lastLoss] = [losses[0]!, losses.at(-1)!];
    if (!losses.every(Number.isFinite))
      throw new ConvokeError('wrong_result', `${name}: the losses are ${losses.join(', ')}`);
    const result = { model: name, size, batch, firstMs: first.wallMs, firstLoss, lastLoss, ...timesOf(samples) };
    await trainer.dispose();
    model.dispose();
    return result;
  });
}

function weightsOf(name: string, size: number): StateDict {
  const spec = specOf(name);
  return initialWeights(build(spec, { ...defaults(spec), size }).parameters);
}

/** A device with no pipelines yet, so that compiling is measured. */
async function onDevice<T>(driver: string | undefined, work: (device: Device) => Promise<T>): Promise<T> {
  const device = await openDevice(driver === undefined ? {} : { driver });
  try {
    return await work(device);
  } finally {
    device.destroy();
  }
}
