// Data sets made of others: parts, random splits, and several in a row.

import { UsageError } from '../runtime/errors.ts';
import { checkIndex, type Dataset } from './dataset.ts';
import { randomOrder } from './random_order.ts';

/** The pictures with these numbers, in this order. Throws UsageError where one is not there. */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  const chosen = Uint32Array.from(indices, (index) => checkIndex(index, dataset.length, 'subset'));
  const at = (index: number) => chosen[checkIndex(index, chosen.length, 'subset')]!;
  return {
    length: chosen.length,
    classes: dataset.classes,
    classNames: dataset.classNames,
    label: (index) => dataset.label(at(index)),
    name: (index) => dataset.name(at(index)),
    read: async (index, signal) => dataset.read(at(index), signal),
    ...(dataset.source && { source: (index) => dataset.source!(at(index)) }),
  };
}

/**
 * Parts by chance, disjoint: `split(dataset, [0.9, 0.1], seed)`. The same seed gives the same parts everywhere;
 * within a part pictures keep their order. Throws UsageError where fractions are not positive, come to more than 1,
 * or leave a part empty.
 */
export function split<const Fractions extends readonly number[]>(
  dataset: Dataset,
  fractions: Fractions,
  seed: number,
): { [K in keyof Fractions]: Dataset } {
  const total = fractions.reduce((sum, fraction) => sum + fraction, 0);
  if (!fractions.every((fraction) => fraction > 0) || total > 1 + 1e-9) {
    throw new UsageError('invalid_argument', `split: positive fractions of 1 in all were expected, got [${fractions}]`);
  }
  const order = randomOrder(dataset.length, seed);
  let [sum, from] = [0, 0];
  const parts = fractions.map((fraction) => {
    const to = Math.min(dataset.length, Math.round((sum += fraction) * dataset.length));
    if (to === from)
      throw new UsageError('invalid_argument', `split: ${fraction} of ${dataset.length} pictures is none`);
    const part = order.slice(from, to).sort();
    from = to;
    return subset(dataset, part);
  });
  return parts as { [K in keyof Fractions]: Dataset };
}

/** One data set after another. Throws UsageError where there is none, or they disagree about the classes. */
export function concatenated(datasets: readonly Dataset[]): Dataset {
  const [first] = datasets;
  if (!first) throw new UsageError('invalid_argument', 'concatenated: at least one data set was expected');
  for (const { classes, classNames } of datasets) {
    if (classes === first.classes && String(classNames) === String(first.classNames)) continue;
    const text = (set: Pick<Dataset, 'classes' | 'classNames'>) =>
      set.classNames?.join(', ') ?? `${set.classes} classes`;
    throw new UsageError('invalid_argument', `concatenated: ${text({ classes, classNames })} beside ${text(first)}`);
  }
  const starts = [0];
  for (const { length } of datasets) starts.push(starts.at(-1)! + length);
  const length = starts.at(-1)!;
  const find = (index: number) => {
    checkIndex(index, length, 'concatenated');
    let which = 0;
    while (starts[which + 1]! <= index) which++;
    return { dataset: datasets[which]!, at: index - starts[which]! };
  };
  const delegate =
    <T>(call: (dataset: Dataset, at: number) => T) =>
    (index: number) => {
      const { dataset, at } = find(index);
      return call(dataset, at);
    };
  return {
    length,
    classes: first.classes,
    classNames: first.classNames,
    label: delegate((dataset, at) => dataset.label(at)),
    name: delegate((dataset, at) => dataset.name(at)),
    read: async (index, signal) => {
      const { dataset, at } = find(index);
      return dataset.read(at, signal);
    },
    ...(datasets.every(({ source }) => source) && { source: delegate((dataset, at) => dataset.source!(at)) }),
  };
}
