// Schedules that wait for a plateau: the rate is divided once a metric has stopped improving.

import * as z from 'zod/mini';
import { whole } from '../runtime/whole_number.ts';
import { readOptions } from './read_options.ts';
import type { PlateauState, Schedule, ScheduleState } from './schedules.ts';

const schema = z.object({
  /** Whether the metric gets better by falling or by rising. */
  mode: z._default(z.enum(['min', 'max']), 'min'),
  factor: z._default(z.number().check(z.gte(0), z.lt(1)), 0.1),
  /** Epochs without improvement that are put up with. */
  patience: z._default(whole(0), 10),
  /** What counts as an improvement: as a part of the best, or as it is. */
  threshold: z._default(z.number().check(z.gte(0)), 1e-4),
  thresholdMode: z._default(z.enum(['rel', 'abs']), 'rel'),
  /** Epochs after a change in which none counts. */
  cooldown: z._default(whole(0), 0),
  minLr: z._default(z.number().check(z.gte(0)), 0),
  /** Smaller changes are not made. */
  eps: z._default(z.number().check(z.gte(0)), 1e-8),
});

export type PlateauOptions = z.input<typeof schema>;
type Settings = z.infer<typeof schema>;

/** ReduceLROnPlateau: times `factor` after more than `patience` epochs without improvement. Throws UsageError 'invalid_argument'. */
export function reduceOnPlateau(options: PlateauOptions = {}): Schedule {
  return plateau('reduceOnPlateau', readOptions('reduceOnPlateau', schema, options), 0);
}

interface OfPaper {
  /** The papers say no number; default 5. */
  readonly patience?: number;
}

/** AlexNet's: divided by ten when the validation error stops improving, three times at most (Krizhevsky et al. 2012, section 5). */
export function alexnetSchedule({ patience = 5 }: OfPaper = {}): Schedule {
  return plateau('alexnetSchedule', readOptions('alexnetSchedule', schema, { patience }), 1e-3);
}

/** ResNet's: divided by ten when the error plateaus (He et al. 2015, section 3.4). */
export function resnetSchedule({ patience = 5 }: OfPaper = {}): Schedule {
  return plateau('resnetSchedule', readOptions('resnetSchedule', schema, { patience }), 0);
}

/** `least`: the share of the first rate below which it does not go. */
function plateau(name: string, settings: Settings, least: number): Schedule {
  return {
    name,
    settings,
    start: (base) => ({ base, epoch: 0, plateau: { rate: base, best: null, bad: 0, cooldown: 0 } }),
    rate: (state) => stateOf(state).rate,
    after(state, { metric }) {
      const { base, epoch } = state;
      const lowest = Math.max(settings.minLr, least * base);
      return { base, epoch: epoch + 1, plateau: next(stateOf(state), metric, settings, lowest) };
    },
  };
}

function stateOf({ base, plateau: state }: ScheduleState): PlateauState {
  return state ?? { rate: base, best: null, bad: 0, cooldown: 0 };
}

function next(state: PlateauState, metric: number, settings: Settings, lowest: number): PlateauState {
  const { patience, factor, cooldown, eps } = settings;
  const improved = better(metric, state.best, settings);
  const best = improved ? metric : state.best;
  const cooling = state.cooldown > 0;
  const bad = improved || cooling ? 0 : state.bad + 1;
  const left = cooling ? state.cooldown - 1 : 0;
  if (bad <= patience) return { ...state, best, bad, cooldown: left };
  const rate = Math.max(state.rate * factor, lowest);
  return { rate: state.rate - rate > eps ? rate : state.rate, best, bad: 0, cooldown };
}

function better(metric: number, best: number | null, { mode, threshold, thresholdMode }: Settings): boolean {
  if (best === null) return !Number.isNaN(metric);
  const sign = mode === 'min' ? -1 : 1;
  const than = thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold;
  return mode === 'min' ? metric < than : metric > than;
}
