// What training tells while it goes on: an event for every step where asked, and one for every epoch.

/** One step of the optimizer. */
export interface StepEvent {
  readonly kind: 'step';
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Within the epoch, from 1. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Share of the batch that was right, 0 to 1; null where targets are mixtures. */
  readonly accuracy: number | null;
  /** The learning rate. */
  readonly rate: number;
  readonly gradientNorm: number;
  readonly imagesPerSecond: number;
  /** Until the last epoch ends. */
  readonly secondsLeft: number;
}

/** How well a model does on a dataset; shares are 0 to 1. */
export interface Scores {
  readonly loss: number;
  readonly top1: number;
  readonly top5: number;
  /** Pictures. */
  readonly count: number;
}

/** The end of an epoch; means are over its pictures. */
export interface EpochEvent {
  readonly kind: 'epoch';
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly accuracy: number | null;
  /** The learning rate of its last step. */
  readonly rate: number;
  readonly validation: Scores | null;
  /** Whether no epoch before did better. */
  readonly best: boolean;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
  /** Why no epoch follows, where epochs were left. */
  readonly stopped: null | 'early' | 'interrupted';
}

export type TrainingEvent = StepEvent | EpochEvent;
