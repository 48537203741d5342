// What the flags of `convoke train` mean for the trainer, and in words for the report.

import type { Model } from '../registry/model.ts';
import { type Optimizer, optimizerOf } from '../training/optimizers.ts';
import type { TrainerOptions } from '../training/options.ts';
import type { Arguments } from './arguments.ts';
import { scheduleFor } from './schedules.ts';
import { countText } from './score_text.ts';
import type { TrainingData } from './training_data.ts';

// It suits every length of training.
const SCHEDULE = 'cosine';

/** Throws UsageError for what does not go together, such as a momentum for Adam. */
export function trainerOptions(args: Arguments): TrainerOptions & { readonly optimizer: Optimizer } {
  const { precision, accumulate, average, seed = 0, schedule = SCHEDULE, epochs = 10 } = args;
  const optimizer = optimizerFor(args);
  return {
    optimizer,
    schedule: scheduleFor(schedule, { epochs, lr: optimizer.lr }),
    seed,
    ...(precision !== undefined && { precision }),
    ...(accumulate !== undefined && { accumulate }),
    ...(average !== undefined && { average }),
  };
}

function optimizerFor(args: Arguments): Optimizer {
  const { optimizer = 'sgd', lr, momentum, clip, 'weight-decay': weightDecay } = args;
  // What a model has learnt elsewhere is not to be shaken off.
  const fresh = !args.pretrained && args.weights === undefined;
  const usual = optimizer === 'sgd' ? { lr: fresh ? 0.05 : 0.01, momentum: 0.9, weightDecay: 5e-4 } : { lr: 0.001 };
  return optimizerOf(optimizer, {
    ...usual,
    ...(lr !== undefined && { lr }),
    ...(momentum !== undefined && { momentum }),
    ...(weightDecay !== undefined && { weightDecay }),
    ...(clip !== undefined && { clipNorm: clip }),
  });
}

/** In the order in which the report has them. */
export function settingsText(
  args: Arguments,
  { optimizer }: { readonly optimizer: Optimizer },
  { train, validate, test }: TrainingData,
  model: Model,
): Record<string, string | number> {
  const { momentum, weightDecay, clipNorm } = optimizer.settings;
  const steps = [
    `${optimizer.name}, rate ${optimizer.lr}`,
    momentum ? `momentum ${momentum}` : '',
    weightDecay ? `weight decay ${weightDecay}` : '',
    clipNorm ? `gradients clipped to a norm of ${clipNorm}` : '',
  ];
  const start = args.weights ?? (args.pretrained ? 'published weights' : 'random weights');
  const { crop, resize } = model.preprocess;
  const judged = !validate
    ? 'nothing'
    : validate === test
      ? 'the test pictures'
      : `${countText(validate.length)} others`;
  return {
    'learned from': `${countText(train.length)} pictures of ${countText(train.classes)} classes`,
    'epochs judged by': judged,
    'began with': `${start}${args.freeze ? `, ${args.freeze} frozen` : ''}`,
    input: crop === resize ? `${crop} x ${crop}` : `${crop} x ${crop}, of a short side of ${resize}`,
    optimizer: steps.filter(Boolean).join(', '),
    schedule: args.schedule ?? SCHEDULE,
    'pictures a step': `${args.batch ?? 64}${args.accumulate ? `, ${args.accumulate} batches for one update` : ''}`,
    augmentation: args.augment ?? 'none',
    ...(args.average !== undefined && { 'moving average': args.average }),
    precision: args.precision ?? 'f32',
    seed: args.seed ?? 0,
  };
}
