// Schedules that papers give in numbers; those that wait for a plateau are in plateau.ts.

import type { Schedule } from './schedules.ts';
import { stepLr } from './schedules.ts';

/** The rate LeNet-5 began with; the others of its schedule follow from it. */
export const LENET5_LR = 0.0005;

// Rates and the epochs they are for (LeCun et al. 1998, section III.C).
const LENET5 = [
  [0.0005, 2],
  [0.0002, 3],
  [0.0001, 3],
  [0.00005, 4],
] as const;
const LENET5_LAST = 0.00001;

/**
 * LeNet-5's: with a rate of 0.0005 to begin with, that for two epochs, 0.0002 for three, 0.0001 for three, 0.00005 for four,
 * and 0.00001 from then on. With another rate, the same shares of it.
 */
export function lenet5Schedule(): Schedule {
  const share = (epoch: number) => {
    let end = 0;
    for (const [rate, epochs] of LENET5) {
      end += epochs;
      if (epoch < end) return rate / LENET5_LR;
    }
    return LENET5_LAST / LENET5_LR;
  };
  return {
    name: 'lenet5Schedule',
    settings: {},
    start: (base) => ({ base, epoch: 0 }),
    rate: ({ base, epoch }) => base * share(epoch),
    after: ({ base, epoch }) => ({ base, epoch: epoch + 1 }),
  };
}

/** GoogLeNet's: 4 % less every 8 epochs (Szegedy et al. 2014, section 6). */
export function googlenetSchedule(): Schedule {
  return { ...stepLr({ epochs: 8, gamma: 0.96 }), name: 'googlenetSchedule', settings: {} };
}
