// Schedules by name, from settings as a command line or a checkpoint has them.

import { UsageError } from '../runtime/errors.ts';
import { googlenetSchedule, lenet5Schedule } from './paper_schedules.ts';
import { alexnetSchedule, reduceOnPlateau, resnetSchedule } from './plateau.ts';
import {
  constant,
  constantWarmup,
  cosine,
  exponential,
  linearWarmup,
  multiStep,
  oneCycle,
  polynomial,
  type Schedule,
  stepLr,
  warmRestarts,
} from './schedules.ts';

const makers: Readonly<Record<string, (settings: never) => Schedule>> = {
  constant,
  stepLr,
  multiStep,
  exponential,
  polynomial,
  cosine,
  warmRestarts,
  oneCycle,
  linearWarmup,
  constantWarmup,
  reduceOnPlateau,
  lenet5Schedule,
  googlenetSchedule,
  alexnetSchedule,
  resnetSchedule,
};

/** Throws UsageError 'invalid_argument' for a name that is none, and what the schedule itself throws. */
export function scheduleOf(name: string, settings: Readonly<Record<string, unknown>>): Schedule {
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!maker)
    throw new UsageError('invalid_argument', `there is no schedule ${name}, only ${Object.keys(makers).join(', ')}`);
  return maker(settings as never);
}
