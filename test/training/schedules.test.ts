// Schedules against torch's, and the papers' against their texts; each goes on from its state as if it had never been put away.

import { describe, expect, it } from 'vitest';
import { googlenetSchedule, LENET5_LR, lenet5Schedule } from '../../src/training/paper_schedules.ts';
import { alexnetSchedule, reduceOnPlateau, resnetSchedule } from '../../src/training/plateau.ts';
import { scheduleOf } from '../../src/training/schedule_of.ts';
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
  type ScheduleState,
  sequential,
  stepLr,
  warmRestarts,
} from '../../src/training/schedules.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface Case {
  readonly name: string;
  readonly op: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly baseLr: number;
  readonly lr: readonly number[];
  readonly metric?: readonly number[];
}

/** From torch's names. */
function scheduleFor({ op, attrs }: Case): Schedule {
  const {
    T_0: t0,
    T_max: tMax,
    T_mult: tMult,
    eta_min: etaMin,
    max_lr: maxLr,
    min_lr: minLr,
    start_factor: startFactor,
    step_size: stepSize,
    threshold_mode: thresholdMode,
    total_iters: totalIters,
    total_steps: totalSteps,
    ...same
  } = attrs as Readonly<Record<string, number | undefined>>;
  switch (op) {
    case 'StepLR':
      return stepLr({ epochs: stepSize!, ...(same as object) });
    case 'MultiStepLR':
      return multiStep(same as never);
    case 'ExponentialLR':
      return exponential(same as never);
    case 'CosineAnnealingLR':
      return cosine({ epochs: tMax!, minLr: etaMin! });
    case 'LinearLR':
      return linearWarmup({ epochs: totalIters!, startFactor: startFactor! });
    case 'ConstantLR':
      return constantWarmup({ epochs: totalIters!, ...(same as object) });
    case 'PolynomialLR':
      return polynomial({ epochs: totalIters!, ...(same as object) });
    case 'CosineAnnealingWarmRestarts':
      return warmRestarts({ epochs: t0!, multiply: tMult!, minLr: etaMin! });
    case 'OneCycleLR':
      return oneCycle({ epochs: totalSteps!, maxLr: maxLr!, by: 'epoch' });
    case 'SequentialLR':
      return sequential([linearWarmup({ epochs: 5, startFactor: 0.01 }), cosine({ epochs: 25 })], [5]);
    case 'ReduceLROnPlateau':
      return reduceOnPlateau({ ...same, ...(thresholdMode && { thresholdMode }), ...(minLr && { minLr }) } as object);
    default:
      throw new Error(`${op} is not known`);
  }
}

/** The rates before the first epoch and after each; `keep` stands for what happens to a state between epochs. */
function rates(
  schedule: Schedule,
  base: number,
  metrics: readonly number[],
  keep = (state: ScheduleState) => state,
): number[] {
  let state = schedule.start(base);
  const made = [schedule.rate(state)];
  for (const metric of metrics) {
    state = schedule.after(keep(state), { metric });
    made.push(schedule.rate(state));
  }
  return made;
}

const throughJson = (state: ScheduleState) => JSON.parse(JSON.stringify(state)) as ScheduleState;

describe('schedules as torch has them', async () => {
  const oracle = (await sharedJson<{ cases: Case[] }>('oracle/data/ops/sched.json'))?.cases;
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  it.each(oracle ?? [])('$name', (test) => {
    const schedule = scheduleFor(test);
    const metrics = test.metric ?? test.lr.slice(1).map(() => 1);
    const made = rates(schedule, test.baseLr, metrics);
    expect(made).toHaveLength(test.lr.length);
    // torch multiplies the rate from call to call: a rounding or a few each time.
    const largest = Math.max(...test.lr);
    for (const [i, rate] of made.entries())
      expect(Math.abs(rate - test.lr[i]!), `epoch ${i}`).toBeLessThanOrEqual(
        4 * i * 2 ** -53 * largest + 2 ** -52 * rate,
      );
    expect(rates(schedule, test.baseLr, metrics, throughJson)).toEqual(made);
    if (test.op === 'SequentialLR') return;
    const again = scheduleOf(schedule.name, throughJson(schedule.settings as never) as never);
    expect(rates(again, test.baseLr, metrics)).toEqual(made);
  });
});

const epochs = (count: number) => new Array<number>(count).fill(1);

describe('schedules of papers', () => {
  it("has LeNet-5's rates (LeCun et al. 1998, section III.C)", () => {
    const made = rates(lenet5Schedule(), LENET5_LR, epochs(19));
    const paper = [...new Array(2).fill(5e-4), ...new Array(3).fill(2e-4), ...new Array(3).fill(1e-4)];
    expect(made.slice(0, 8)).toEqual(paper.map((rate) => expect.closeTo(rate, 18)));
    expect(made.slice(8, 12)).toEqual(new Array(4).fill(expect.closeTo(5e-5, 18)));
    expect(made.slice(12)).toEqual(new Array(8).fill(expect.closeTo(1e-5, 18)));
    expect(rates(lenet5Schedule(), 1, epochs(13)).at(-1)).toBeCloseTo(0.02, 15);
  });

  it("has GoogLeNet's: 4 % less every 8 epochs", () => {
    const made = rates(googlenetSchedule(), 0.01, epochs(16));
    expect(made.slice(0, 8)).toEqual(new Array(8).fill(0.01));
    expect(made.slice(8, 16)).toEqual(new Array(8).fill(expect.closeTo(0.0096, 17)));
    expect(made[16]).toBeCloseTo(0.009216, 17);
  });

  it('divides by ten on a plateau, for AlexNet three times at most', () => {
    const flat = epochs(40);
    const alexnet = rates(alexnetSchedule({ patience: 2 }), 0.01, flat);
    expect(alexnet.slice(0, 4)).toEqual(new Array(4).fill(0.01));
    expect(alexnet[4]).toBeCloseTo(0.001, 17);
    expect(alexnet.at(-1)).toBeCloseTo(1e-5, 17);
    const resnet = rates(resnetSchedule({ patience: 2 }), 0.1, flat);
    expect(new Set(resnet.slice(0, 13).map((rate) => rate.toPrecision(3))).size).toBe(4);
    // torch's eps: a change of less than 1e-8 is none.
    expect(resnet.at(-1)).toBeCloseTo(1e-8, 17);
    const falling = Array.from({ length: 40 }, (_, i) => 1 / (i + 1));
    expect(new Set(rates(resnetSchedule(), 0.1, falling))).toEqual(new Set([0.1]));
  });
});

describe('schedules', () => {
  it('change within an epoch only where they go by steps', () => {
    for (const by of ['epoch', 'step'] as const)
      for (const schedule of [
        exponential({ gamma: 0.5, by }),
        polynomial({ epochs: 4, by }),
        cosine({ epochs: 4, by }),
        warmRestarts({ epochs: 4, by }),
        linearWarmup({ epochs: 4, by }),
        oneCycle({ epochs: 4, maxLr: 1, by }),
      ]) {
        const state = schedule.after(schedule.start(0.1), { metric: 1 });
        expect(schedule.rate(state, 0.5) === schedule.rate(state, 0), schedule.name).toBe(by === 'epoch');
      }
    const steps = stepLr({ epochs: 1 });
    expect(steps.rate(steps.start(1), 0.9)).toBe(1);
    expect(rates(constant(), 0.3, epochs(3))).toEqual([0.3, 0.3, 0.3, 0.3]);
  });

  it('by steps, meet at the ends of epochs, and one cycle ends at its last rate', () => {
    const cycle = oneCycle({ epochs: 10, maxLr: 1, pctStart: 0.3 });
    const at = (epoch: number, within: number) => cycle.rate({ base: 7, epoch }, within);
    expect(at(0, 0)).toBeCloseTo(1 / 25, 15);
    expect(at(2, 1)).toBe(at(3, 0));
    expect(at(3, 0)).toBeCloseTo(1, 15);
    expect(at(9, 1)).toBeCloseTo(1 / 25 / 1e4, 15);
  });

  it('counts no plateau before there is a number', () => {
    const schedule = reduceOnPlateau({ patience: 1, factor: 0.5 });
    expect(rates(schedule, 1, [Number.NaN, Number.NaN, 3, 2])).toEqual([1, 1, 0.5, 0.5, 0.5]);
    expect(rates(reduceOnPlateau({ mode: 'max', patience: 0 }), 1, [3, 2])).toEqual([1, 1, 0.1]);
  });

  it.each<[string, () => unknown, string]>([
    ['an option that is none', () => stepLr({ epochs: 1, gama: 1 } as never), 'stepLr: there is no option gama'],
    ['epochs of none', () => cosine({ epochs: 0 }), 'cosine: epochs must be a whole number of 1 or more and is 0'],
    ['a missing option', () => exponential({} as never), 'exponential: gamma must be of type number'],
    ['a factor of one', () => reduceOnPlateau({ factor: 1 }), 'reduceOnPlateau: factor must be < 1 and is 1'],
    [
      'patience below none',
      () => alexnetSchedule({ patience: -1 }),
      'alexnetSchedule: patience must be a whole number of 0 or more',
    ],
    ['milestones that fall', () => sequential([constant(), constant(), constant()], [5, 3]), 'must be rising'],
    ['too few milestones', () => sequential([constant(), constant()], []), '2 schedules need one milestone fewer'],
    ['an unknown name', () => scheduleOf('toString', {}), 'there is no schedule toString, only constant, stepLr'],
  ])('refuse %s', (_, attempt, message) => {
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(message) }),
    );
  });
});
