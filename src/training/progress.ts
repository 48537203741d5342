// How far training has come: plain data, which goes into a checkpoint and from there back.

import type { EpochEvent } from './events.ts';
import { FIRST_SCALE, type LossScale } from './loss_scale.ts';
import type { Settings } from './options.ts';
import type { ScheduleState } from './schedules.ts';

/** What an epoch under way has added up so far. */
export interface Partial {
  readonly loss: number;
  readonly right: number | null;
  readonly count: number;
  readonly seconds: number;
}

export interface Progress {
  /** Updates of the weights. */
  readonly steps: number;
  /** Batches that counted: what dropout's masks follow from. */
  readonly runs: number;
  /** All batches, as batch norms count them. */
  readonly batches: number;
  /** The learning rate of the next step. */
  readonly rate: number;
  readonly schedule: ScheduleState;
  /** Null in full precision. */
  readonly lossScale: LossScale | null;
  /** Epochs that are over. */
  readonly epoch: number;
  /** Pictures of the epoch under way that were learnt from. */
  readonly position: number;
  readonly partial: Partial;
  readonly history: readonly EpochEvent[];
}

export const NOTHING_YET: Partial = { loss: 0, right: 0, count: 0, seconds: 0 };

export function startOf({ schedule, optimizer, precision }: Settings): Progress {
  const state = schedule.start(optimizer.lr);
  return {
    steps: 0,
    runs: 0,
    batches: 0,
    rate: schedule.rate(state),
    schedule: state,
    lossScale: precision === 'f16' ? FIRST_SCALE : null,
    epoch: 0,
    position: 0,
    partial: NOTHING_YET,
    history: [],
  };
}
