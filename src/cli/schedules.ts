// What `--schedule` names: how the learning rate changes over the epochs.

import { nearest } from '../registry/nearest.ts';
import { scheduleOf } from '../training/schedule_of.ts';
import { cosine, linearWarmup, type Schedule, sequential } from '../training/schedules.ts';
import { wrongUsage } from './arguments.ts';

interface Course {
  readonly epochs: number;
  readonly lr: number;
}

/** With the numbers after the colon, if any. */
type Make = (course: Course, numbers: readonly number[]) => Schedule;

/** The share of the epochs in which the rate of `warmup` rises. */
const WARMUP = 0.05;

const fromPaper = (name: string) => () => scheduleOf(name, {});

const schedules: Readonly<Record<string, { readonly most: number; readonly make: Make }>> = {
  constant: { most: 0, make: fromPaper('constant') },
  step: {
    most: 2,
    make: ({ epochs }, [every = Math.max(1, Math.ceil(epochs / 3)), gamma = 0.1]) =>
      scheduleOf('stepLr', { epochs: every, gamma }),
  },
  'multi-step': {
    most: Number.POSITIVE_INFINITY,
    make: (_, milestones) => scheduleOf('multiStep', { milestones }),
  },
  exponential: { most: 1, make: (_, [gamma = 0.95]) => scheduleOf('exponential', { gamma }) },
  polynomial: { most: 1, make: ({ epochs }, [power = 1]) => scheduleOf('polynomial', { epochs, power, by: 'step' }) },
  cosine: { most: 1, make: ({ epochs }, [minLr = 0]) => cosine({ epochs, minLr, by: 'step' }) },
  warmup: {
    most: 1,
    make: ({ epochs }, [first = Math.max(1, Math.round(epochs * WARMUP))]) => {
      if (first >= epochs) throw wrongUsage(`--schedule warmup:${first} leaves nothing of ${epochs} epochs`);
      const rising = linearWarmup({ epochs: first, startFactor: 0.01, by: 'step' });
      return sequential([rising, cosine({ epochs: epochs - first, by: 'step' })], [first]);
    },
  },
  'one-cycle': { most: 0, make: ({ epochs, lr }) => scheduleOf('oneCycle', { epochs, maxLr: lr }) },
  plateau: {
    most: 2,
    make: (_, [patience = 5, factor = 0.1]) => scheduleOf('reduceOnPlateau', { patience, factor }),
  },
  lenet5: { most: 0, make: fromPaper('lenet5Schedule') },
  googlenet: { most: 0, make: fromPaper('googlenetSchedule') },
  alexnet: { most: 0, make: fromPaper('alexnetSchedule') },
  resnet: { most: 0, make: fromPaper('resnetSchedule') },
};

/** `cosine`, `step:10`, `plateau:3,0.5`. Throws UsageError. */
export function scheduleFor(text: string, course: Course): Schedule {
  const [name = '', after] = text.split(/:(.*)/s);
  const found = Object.hasOwn(schedules, name) ? schedules[name] : undefined;
  if (!found) {
    const [close] = nearest(name, Object.keys(schedules));
    const hint = close ? `did you mean ${close}?` : `it takes ${Object.keys(schedules).join(', ')}`;
    throw wrongUsage(`--schedule: there is no '${name}'; ${hint}`);
  }
  const numbers =
    after === undefined ? [] : after.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!numbers.every(Number.isFinite))
    throw wrongUsage(`--schedule ${name} takes numbers after its colon, not '${after}'`);
  if (numbers.length > found.most)
    throw wrongUsage(
      `--schedule ${name} takes ${found.most === 0 ? 'no number' : `at most ${found.most}`}, not '${after}'`,
    );
  return found.make(course, numbers);
}
