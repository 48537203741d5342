// What most published data sets come as: pictures to learn from, and others to be judged by.

import type { Dataset } from './dataset.ts';

export interface TrainAndTest {
  readonly train: Dataset;
  readonly test: Dataset;
}
