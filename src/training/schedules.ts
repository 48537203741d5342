// How the learning rate changes from epoch to epoch: pure functions of a state that is plain data, so that checkpoints can hold it.
// Formulas and defaults are torch.optim.lr_scheduler's; what torch counts in calls of step() is counted in epochs.

import * as z from 'zod/mini';
import { positive } from '../runtime/whole_number.ts';
import { positiveShare, readOptions, share, wrong } from './read_options.ts';

/** Where a schedule stands. Plain data. */
export interface ScheduleState {
  /** The rate it began with. */
  readonly base: number;
  /** Epochs that are over. */
  readonly epoch: number;
  /** Of a sequence, the state of the schedule that is in force. */
  readonly inner?: ScheduleState;
  readonly plateau?: PlateauState;
}

export interface PlateauState {
  readonly rate: number;
  /** Null before the first epoch is over. */
  readonly best: number | null;
  /** Epochs without improvement. */
  readonly bad: number;
  /** Epochs in which none counts. */
  readonly cooldown: number;
}

export interface Schedule {
  readonly name: string;
  /** All settings, as plain data that JSON can hold: `scheduleOf(name, settings)` makes the same again. */
  readonly settings: Readonly<Record<string, unknown>>;
  start(base: number): ScheduleState;
  /** `within`: which part of the epoch under way is over, from 0 to 1. Only schedules that go by steps change within an epoch. */
  rate(state: ScheduleState, within?: number): number;
  /** An epoch is over; `metric` is what a plateau is one of. */
  after(state: ScheduleState, ended: { readonly epoch?: number; readonly metric: number }): ScheduleState;
}

const epochs = positive;
const factor = z.number().check(z.gte(0));
/** Whether the rate changes from epoch to epoch or, by the same formula, from step to step. */
const by = z._default(z.enum(['epoch', 'step']), 'epoch');
const minLr = z._default(factor, 0);

/** A schedule that is a function of the epochs that are over; `t` has a fraction where it goes by steps. */
function closed(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  rate: (t: number, base: number) => number,
): Schedule {
  const steps = settings.by === 'step';
  return {
    name,
    settings,
    start: (base) => ({ base, epoch: 0 }),
    rate: ({ base, epoch }, within = 0) => rate(epoch + (steps ? within : 0), base),
    after: ({ base, epoch }) => ({ base, epoch: epoch + 1 }),
  };
}

const schemas = {
  constant: z.object({}),
  stepLr: z.object({ epochs, gamma: z._default(factor, 0.1) }),
  multiStep: z.object({ milestones: z.readonly(z.array(epochs)), gamma: z._default(factor, 0.1) }),
  exponential: z.object({ gamma: factor, by }),
  polynomial: z.object({ epochs, power: z._default(factor, 1), by }),
  cosine: z.object({ epochs, minLr, by }),
  warmRestarts: z.object({ epochs, multiply: z._default(epochs, 1), minLr, by }),
  oneCycle: z.object({
    epochs,
    maxLr: factor,
    pctStart: z._default(share, 0.3),
    anneal: z._default(z.enum(['cos', 'linear']), 'cos'),
    divFactor: z._default(z.number().check(z.positive()), 25),
    finalDivFactor: z._default(z.number().check(z.positive()), 1e4),
    by: z._default(z.enum(['epoch', 'step']), 'step'),
  }),
  linearWarmup: z.object({
    epochs,
    startFactor: z._default(positiveShare, 1 / 3),
    endFactor: z._default(share, 1),
    by,
  }),
  constantWarmup: z.object({ epochs, factor: z._default(share, 1 / 3) }),
};

/** The rate stays. Throws UsageError 'invalid_argument' for options that are none, as all schedules do. */
export function constant(options: z.input<typeof schemas.constant> = {}): Schedule {
  return closed('constant', readOptions('constant', schemas.constant, options), (_, base) => base);
}

/** Times `gamma` after every `epochs` epochs: StepLR. */
export function stepLr(options: z.input<typeof schemas.stepLr>): Schedule {
  const settings = readOptions('stepLr', schemas.stepLr, options);
  return closed('stepLr', settings, (t, base) => base * settings.gamma ** Math.floor(t / settings.epochs));
}

/** Times `gamma` at each milestone, counted in epochs: MultiStepLR. */
export function multiStep(options: z.input<typeof schemas.multiStep>): Schedule {
  const settings = readOptions('multiStep', schemas.multiStep, options);
  const passed = (t: number) => settings.milestones.filter((milestone) => milestone <= t).length;
  return closed('multiStep', settings, (t, base) => base * settings.gamma ** passed(t));
}

/** Times `gamma` after every epoch: ExponentialLR. */
export function exponential(options: z.input<typeof schemas.exponential>): Schedule {
  const settings = readOptions('exponential', schemas.exponential, options);
  return closed('exponential', settings, (t, base) => base * settings.gamma ** t);
}

/** Down to 0 in `epochs` epochs: PolynomialLR. */
export function polynomial(options: z.input<typeof schemas.polynomial>): Schedule {
  const settings = readOptions('polynomial', schemas.polynomial, options);
  const { epochs: all, power } = settings;
  return closed('polynomial', settings, (t, base) => base * (1 - Math.min(t, all) / all) ** power);
}

/** Half a cosine down to `minLr` in `epochs` epochs, and up again in as many: CosineAnnealingLR (Loshchilov, Hutter 2016). */
export function cosine(options: z.input<typeof schemas.cosine>): Schedule {
  const settings = readOptions('cosine', schemas.cosine, options);
  return closed('cosine', settings, (t, base) => halfCosine(base, settings.minLr, t / settings.epochs));
}

/** The same, begun anew after `epochs` epochs, then after `multiply` times as many, and so on: CosineAnnealingWarmRestarts. */
export function warmRestarts(options: z.input<typeof schemas.warmRestarts>): Schedule {
  const settings = readOptions('warmRestarts', schemas.warmRestarts, options);
  return closed('warmRestarts', settings, (t, base) => {
    let [from, length] = [0, settings.epochs];
    while (t >= from + length) [from, length] = [from + length, length * settings.multiply];
    return halfCosine(base, settings.minLr, (t - from) / length);
  });
}

/** From `maxLr / divFactor` up to `maxLr`, whatever the optimizer's rate, and down to nearly nothing: OneCycleLR (Smith, Topin 2017). */
export function oneCycle(options: z.input<typeof schemas.oneCycle>): Schedule {
  const settings = readOptions('oneCycle', schemas.oneCycle, options);
  const { epochs: all, maxLr, pctStart, anneal, divFactor, finalDivFactor } = settings;
  const first = maxLr / divFactor;
  // Counted in epochs, the last of them has the last rate; in steps, the end of the last.
  const before = settings.by === 'epoch' ? 1 : 0;
  const [top, end] = [pctStart * all - before, all - before];
  const between = (a: number, b: number, part: number) =>
    anneal === 'cos' ? halfCosine(a, b, part) : a + (b - a) * part;
  return closed('oneCycle', settings, (t) => {
    if (t <= top) return top > 0 ? between(first, maxLr, t / top) : maxLr;
    return between(maxLr, first / finalDivFactor, Math.min(1, (t - top) / (end - top)));
  });
}

function halfCosine(high: number, low: number, part: number): number {
  return low + ((high - low) * (1 + Math.cos(Math.PI * part))) / 2;
}

/** From `startFactor` to `endFactor` of the rate in `epochs` epochs: LinearLR. */
export function linearWarmup(options: z.input<typeof schemas.linearWarmup>): Schedule {
  const settings = readOptions('linearWarmup', schemas.linearWarmup, options);
  const { epochs: all, startFactor, endFactor } = settings;
  const at = (t: number) => startFactor + ((endFactor - startFactor) * Math.min(t, all)) / all;
  return closed('linearWarmup', settings, (t, base) => base * at(t));
}

/** `factor` of the rate for `epochs` epochs: ConstantLR. */
export function constantWarmup(options: z.input<typeof schemas.constantWarmup>): Schedule {
  const settings = readOptions('constantWarmup', schemas.constantWarmup, options);
  return closed('constantWarmup', settings, (t, base) => (t < settings.epochs ? base * settings.factor : base));
}

/** One schedule after the other, each beginning anew at its milestone, counted in epochs: SequentialLR. */
export function sequential(schedules: readonly Schedule[], milestones: readonly number[]): Schedule {
  if (schedules.length === 0 || milestones.length !== schedules.length - 1)
    throw wrong('sequential', `${schedules.length} schedules need one milestone fewer, and ${milestones.length} came`);
  const rising = milestones.every(
    (milestone, i) => Number.isInteger(milestone) && milestone > (milestones[i - 1] ?? 0),
  );
  if (!rising) throw wrong('sequential', `milestones must be rising whole numbers above 0 and are ${milestones}`);
  const at = (epoch: number) => schedules[milestones.filter((milestone) => milestone <= epoch).length]!;
  const inner = (state: ScheduleState) => state.inner ?? at(state.epoch).start(state.base);
  return {
    name: `sequential(${schedules.map(({ name }) => name).join(',')})`,
    settings: { schedules: schedules.map(({ name, settings }) => ({ name, settings })), milestones },
    start: (base) => ({ base, epoch: 0, inner: schedules[0]!.start(base) }),
    rate: (state, within) => at(state.epoch).rate(inner(state), within),
    after(state, ended) {
      const { base } = state;
      const epoch = state.epoch + 1;
      const next = at(epoch);
      const changes = milestones.includes(epoch);
      return { base, epoch, inner: changes ? next.start(base) : next.after(inner(state), ended) };
    },
  };
}
