// Epochs over a dataset: batches, steps, validation, the schedule, checkpoints, and when to stop.

import type { Augmentation } from '../data/augment.ts';
import { type Batch, batches } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { UsageError } from '../runtime/errors.ts';
import { Tensor } from '../runtime/tensor.ts';
import { type CheckpointFolder, resumeCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import type { EpochEvent, Scores, StepEvent, TrainingEvent } from './events.ts';
import { NOTHING_YET, type Partial } from './progress.ts';
import { rightAnswers } from './right_answers.ts';
import type { StepResult, Trainer } from './trainer.ts';

export interface FitOptions {
  /** Default 10. */
  readonly epochs?: number;
  /** Pictures a step. Default 64. */
  readonly batchSize?: number;
  /** What the model is judged by after every epoch. */
  readonly validate?: Dataset;
  /** What is done to pictures before they are learnt from, in order. */
  readonly augment?: readonly Augmentation[];
  /** Leaves out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
  /** Default true. */
  readonly shuffle?: boolean;
  /** Where checkpoints go: after every epoch `last`, and `best` after one that did better than all before. */
  readonly checkpoint?: CheckpointFolder;
  /** Also saves `last` every so many steps. */
  readonly checkpointSteps?: number;
  /** Goes on from `last`, if it is there. */
  readonly resume?: boolean;
  /** Stops when so many epochs have done no better. */
  readonly patience?: number;
  /** Yields an event for every step too. */
  readonly steps?: boolean;
  /** Workers that decode and augment; 0 does it on this thread. */
  readonly workers?: number;
  /** Ends training after the step under way: what was learnt is saved, and the last event says so. */
  readonly signal?: AbortSignal;
}

export async function* fitDataset(
  trainer: Trainer,
  dataset: Dataset,
  options: FitOptions,
): AsyncGenerator<TrainingEvent> {
  check(trainer, dataset, options);
  const { epochs = 10, checkpoint, resume = false, patience, signal } = options;
  if (resume && checkpoint !== undefined) await resumeCheckpoint(trainer, checkpoint);
  while (trainer.progress.epoch < epochs) {
    let interrupted = yield* epochOf(trainer, dataset, epochs, options);
    let validation: Scores | null = null;
    if (options.validate && !interrupted)
      try {
        validation = await validate(trainer, options.validate, options);
      } catch (error) {
        if (!signal?.aborted) throw error;
        interrupted = true; // all of the epoch is learnt: who resumes has only to judge it
      }
    if (interrupted) {
      if (checkpoint !== undefined) await saveCheckpoint(trainer, checkpoint, 'last');
      yield summary(trainer, epochs, null, false, 'interrupted');
      return;
    }
    const before = trainer.progress.history;
    const draft = summary(trainer, epochs, validation, false, null);
    const best = before.every((other) => better(draft, other));
    const worse = best ? 0 : before.length - before.findLastIndex(({ best }) => best);
    const last = trainer.progress.epoch + 1 === epochs;
    const early = patience !== undefined && worse >= patience && !last;
    const event: EpochEvent = { ...draft, best, stopped: early ? 'early' : null };
    finish(trainer, event);
    if (checkpoint !== undefined) {
      await saveCheckpoint(trainer, checkpoint, 'last');
      if (best) await saveCheckpoint(trainer, checkpoint, 'best');
    }
    yield event;
    if (early) return;
    if (signal?.aborted && !last) {
      yield { ...event, stopped: 'interrupted' };
      return;
    }
  }
}

/** The steps of an epoch that are left; whether they were broken off. */
async function* epochOf(
  trainer: Trainer,
  dataset: Dataset,
  epochs: number,
  options: FitOptions,
): AsyncGenerator<StepEvent, boolean> {
  const { batchSize = 64, dropLast = false, signal, checkpoint, checkpointSteps, workers } = options;
  const { seed, schedule } = trainer.settings;
  const { epoch, position } = trainer.progress;
  const steps = dropLast ? Math.floor(dataset.length / batchSize) : Math.ceil(dataset.length / batchSize);
  const given = batches(dataset, {
    batchSize,
    dropLast,
    seed,
    epoch,
    from: position,
    preprocess: trainer.model.preprocess,
    shuffle: options.shuffle ?? true,
    augment: options.augment ?? [],
    ...(workers !== undefined && { workers }),
  });
  let began = performance.now();
  for await (const batch of given) {
    if (signal?.aborted) return true;
    const step = Math.ceil(batch.position / batchSize);
    trainer.advance({ rate: schedule.rate(trainer.progress.schedule, (step - 1) / steps) });
    const result = await trainer.step(batchOf(batch));
    const now = performance.now();
    const seconds = (now - began) / 1000;
    began = now;
    const right = await rightAnswers(result.logits, batch);
    trainer.advance({
      position: batch.position,
      partial: added(trainer.progress.partial, result, batch, right, seconds),
    });
    if (checkpoint !== undefined && checkpointSteps !== undefined && trainer.progress.steps % checkpointSteps === 0)
      await saveCheckpoint(trainer, checkpoint, 'last');
    if (!options.steps) continue;
    const n = batch.indices.length;
    yield {
      kind: 'step',
      epoch: epoch + 1,
      epochs,
      step,
      steps,
      loss: result.loss,
      accuracy: right === null ? null : right / n,
      rate: result.rate,
      gradientNorm: result.gradientNorm,
      ...speed(trainer, epochs, steps - step, steps),
    };
  }
  return false;
}

function check({ model }: Trainer, dataset: Dataset, options: FitOptions): void {
  const wrong = (what: string) => new UsageError('invalid_argument', `train ${model.name}: ${what}`);
  const classes = Number(model.built.logits.shape[1]);
  for (const [what, { classes: own }] of Object.entries({ dataset, validate: options.validate ?? dataset }))
    if (own !== classes)
      throw wrong(`the model has ${classes} classes, ${what} has ${own}; load it with classes: ${own}`);
  for (const key of ['epochs', 'batchSize', 'checkpointSteps', 'patience'] as const) {
    const value = options[key];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0))
      throw wrong(`${key} must be a positive whole number and is ${value}`);
  }
  if (options.resume && options.checkpoint === undefined) throw wrong('resume needs the checkpoint folder');
}

function batchOf({ images, shape, targets, soft, labels }: Batch) {
  const tensor = new Tensor(images, shape);
  if (!soft) return { images: tensor, labels };
  return { images: tensor, targets: new Tensor(targets, [shape[0]!, targets.length / shape[0]!]) };
}

function added(
  { loss, right, count, seconds }: Partial,
  result: StepResult,
  { indices }: Batch,
  now: number | null,
  took: number,
): Partial {
  const n = indices.length;
  return {
    loss: loss + result.loss * n,
    right: right === null || now === null ? null : right + now,
    count: count + n,
    seconds: seconds + took,
  };
}

async function validate(trainer: Trainer, dataset: Dataset, { signal, batchSize }: FitOptions): Promise<Scores> {
  const { loss, top1, top5, count } = await evaluate([trainer.model.answering], dataset, {
    ...(batchSize !== undefined && { batchSize }),
    ...(signal && { signal }),
  });
  return { loss, top1, top5, count };
}

/** By what validation got right, then by its loss; without one, by the loss while learning. */
function better(a: EpochEvent, b: EpochEvent): boolean {
  if (!a.validation || !b.validation) return a.loss < b.loss;
  if (a.validation.top1 !== b.validation.top1) return a.validation.top1 > b.validation.top1;
  return a.validation.loss < b.validation.loss;
}

function summary(
  trainer: Trainer,
  epochs: number,
  validation: Scores | null,
  best: boolean,
  stopped: EpochEvent['stopped'],
): EpochEvent {
  const { epoch, partial, rate } = trainer.progress;
  const { loss, right, count, seconds } = partial;
  return {
    kind: 'epoch',
    epoch: epoch + 1,
    epochs,
    loss: loss / count,
    accuracy: right === null ? null : right / count,
    rate,
    validation,
    best,
    seconds,
    imagesPerSecond: count / seconds,
    secondsLeft: seconds * (epochs - epoch - 1),
    stopped,
  };
}

/** The epoch is over: the schedule hears how it went. */
function finish(trainer: Trainer, event: EpochEvent): void {
  const { schedule: state, epoch, history } = trainer.progress;
  const { schedule } = trainer.settings;
  const next = schedule.after(state, { epoch: epoch + 1, metric: event.validation?.loss ?? event.loss });
  trainer.advance({
    epoch: epoch + 1,
    position: 0,
    partial: NOTHING_YET,
    schedule: next,
    rate: schedule.rate(next, 0),
    history: [...history, event],
  });
}

function speed(trainer: Trainer, epochs: number, stepsLeft: number, steps: number) {
  const { epoch, partial } = trainer.progress;
  const done = steps - stepsLeft;
  const secondsPerStep = partial.seconds / Math.max(1, done);
  return {
    imagesPerSecond: partial.count / partial.seconds,
    secondsLeft: secondsPerStep * (stepsLeft + steps * (epochs - epoch - 1)),
  };
}
