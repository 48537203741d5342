// What a model learns from, and what its epochs are judged by.

import { statSync } from 'node:fs';
import { classNamesOf, type Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open_dataset.ts';
import { split } from '../data/subset.ts';
import { type Arguments, wrongUsage } from './arguments.ts';

export interface TrainingData {
  readonly train: Dataset;
  /** After every epoch. */
  readonly validate: Dataset | null;
  /** After the last; what epochs were judged by where nothing else is set apart. */
  readonly test: Dataset | null;
}

/** The data's own test set judges the epochs where `--validate` names nothing else. Throws UsageError and DataError. */
export async function openTrainingData({ data, validate, seed = 0 }: Arguments): Promise<TrainingData> {
  if (data === undefined) throw wrongUsage('train needs --data DIR');
  const share = validate === undefined ? null : shareOf(validate);
  const { train, test } = await openDataset(data);
  if (validate === undefined) return { train, validate: test, test };
  if (share !== null) {
    const [learnt, apart] = split(train, [1 - share, share], seed);
    return { train: learnt, validate: apart, test: test ?? apart };
  }
  const others = await openDataset(validate);
  const apart = others.test ?? others.train;
  const [own, foreign] = [train, apart].map((dataset) => classNamesOf(dataset).join(', '));
  if (own !== foreign)
    throw wrongUsage(`--validate: ${validate} has the classes ${foreign}; those of ${data} are ${own}`);
  return { train, validate: apart, test: test ?? apart };
}

/** A number that is no file. Throws UsageError for one that is no share. */
function shareOf(text: string): number | null {
  if (!/^[\d.]+$/.test(text) || statSync(text, { throwIfNoEntry: false })) return null;
  const share = Number(text);
  if (share > 0 && share < 1) return share;
  throw wrongUsage(`--validate takes a folder, or a share between 0 and 1, and was given '${text}'`);
}
