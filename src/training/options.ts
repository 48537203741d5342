// What a trainer is told, checked before anything is compiled.

import { DeviceError, UsageError } from '../runtime/errors.ts';
import type { Trainable } from './engine.ts';
import { crossEntropy, type Loss } from './losses.ts';
import { type Optimizer, sgd } from './optimizers.ts';
import { constant, type Schedule } from './schedules.ts';

export interface TrainerOptions {
  /** Default: stochastic gradient descent with a rate of 0.01 and a momentum of 0.9. */
  readonly optimizer?: Optimizer;
  /** How the rate changes; the optimizer's rate is where it begins. Default: it stays. */
  readonly schedule?: Schedule;
  /** Default: cross-entropy. */
  readonly loss?: Loss;
  /** Batches whose gradients are added up for one update. Default 1. */
  readonly accumulate?: number;
  /** Keeps a moving average of the weights, each step counting 1 - `average`; the model answers with it. */
  readonly average?: number;
  /** Whether dropout and stochastic depth drop anything. Default true. */
  readonly dropout?: boolean;
  /** How activations are stored: `f16` halves their memory, where the adapter has it, with a loss scale that adapts. */
  readonly precision?: 'f32' | 'f16';
  /** For the order of pictures, augmentation and dropout. Default 0. */
  readonly seed?: number;
  /** Bytes of GPU memory that a step may take; activations are computed again in the backward pass rather than pass it. */
  readonly budgetBytes?: number;
}

export interface Settings {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly loss: Loss;
  readonly accumulate: number;
  readonly average: number | null;
  readonly dropout: boolean;
  readonly precision: 'f32' | 'f16';
  readonly seed: number;
  readonly budgetBytes: number | undefined;
}

// A record, so that the compiler sees to it that none is forgotten.
const names: Readonly<Record<keyof TrainerOptions, true>> = {
  optimizer: true,
  schedule: true,
  loss: true,
  accumulate: true,
  average: true,
  dropout: true,
  precision: true,
  seed: true,
  budgetBytes: true,
};

export function settingsOf(options: TrainerOptions): Settings {
  return {
    optimizer: options.optimizer ?? sgd({ lr: 0.01, momentum: 0.9 }),
    schedule: options.schedule ?? constant(),
    loss: options.loss ?? crossEntropy(),
    accumulate: options.accumulate ?? 1,
    average: options.average ?? null,
    dropout: options.dropout ?? true,
    precision: options.precision ?? 'f32',
    seed: options.seed ?? 0,
    budgetBytes: options.budgetBytes,
  };
}

/** Throws UsageError 'invalid_argument', DeviceError 'missing_feature' for half precision where the adapter has none. */
export function checkTrainerOptions({ name, built, frozen, facts }: Trainable, options: TrainerOptions): void {
  const wrong = (what: string) => new UsageError('invalid_argument', `train ${name}: ${what}`);
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(names, key));
  if (unknown !== undefined) throw wrong(`there is no option ${unknown}`);
  const { accumulate = 1, average, seed = 0, budgetBytes, precision = 'f32', loss } = options;
  if (!(Number.isSafeInteger(accumulate) && accumulate > 0))
    throw wrong(`accumulate must be a positive whole number and is ${accumulate}`);
  if (average !== undefined && !(average >= 0 && average < 1))
    throw wrong(`average must be at least 0 and below 1 and is ${average}`);
  if (seed !== seed >>> 0) throw wrong(`seed must be a whole number from 0 to ${2 ** 32 - 1} and is ${seed}`);
  if (budgetBytes !== undefined && !(budgetBytes > 0))
    throw wrong(`budgetBytes must be positive and is ${budgetBytes}`);
  if (precision !== 'f32' && precision !== 'f16') throw wrong(`precision must be f32 or f16 and is ${precision}`);
  if (precision === 'f16' && !facts.features.f16)
    throw new DeviceError('missing_feature', `train ${name}: adapter '${facts.description}' has no shader-f16`);
  const classes = Number(built.logits.shape[1]);
  for (const [constant, values] of Object.entries(loss?.constants ?? {}))
    if (values.length !== classes) throw wrong(`${constant} has ${values.length} numbers for ${classes} classes`);
  const weights = built.parameters.filter(({ role }) => role === 'weight');
  if (weights.every((parameter) => frozen.has(parameter.name))) throw wrong('everything is frozen, nothing can learn');
}
