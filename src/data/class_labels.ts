// Classes as lists and archives write them, numbers or names, made into labels.

import { DataError } from '../runtime/errors.ts';
import { byCodePoint } from './code_points.ts';

export interface ClassLabels {
  readonly labels: readonly number[];
  readonly classes: number;
  readonly classNames: readonly string[] | null;
}

/** What is known of the classes from elsewhere. */
export interface ClassOptions {
  /** How many there are. Default: as many as there are names, or one more than the largest number. */
  readonly classes?: number;
  /** Their names in the order of their labels. Default: the names that occur, by code point. */
  readonly classNames?: readonly string[];
}

/**
 * Labels of classes. Where every one is a whole number they are the labels, unless `classNames` has them as names.
 * `nameOf` says whose class it is. Throws DataError `unknown_class` where `classNames` lacks a name.
 */
export function labelClasses(
  given: readonly string[],
  nameOf: (index: number) => string,
  { classes, classNames }: ClassOptions,
): ClassLabels {
  const numbers = given.every((text) => /^\d+$/.test(text)) && !given.every((text) => classNames?.includes(text));
  if (numbers) {
    const labels = given.map(Number);
    const most = labels.reduce((max, label) => Math.max(max, label), -1) + 1;
    return { labels, classes: classes ?? classNames?.length ?? most, classNames: classNames ?? null };
  }
  const names = classNames ?? [...new Set(given)].sort(byCodePoint);
  const labelOf = new Map(names.map((name, label) => [name, label]));
  const labels = given.map((name, i) => {
    const label = labelOf.get(name);
    if (label !== undefined) return label;
    throw new DataError('unknown_class', `${nameOf(i)}: there is no class '${name}', only ${names.join(', ')}`);
  });
  return { labels, classes: classes ?? names.length, classNames: names };
}
