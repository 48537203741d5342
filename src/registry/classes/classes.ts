// Lists of class names that a weights entry may refer to by name. A list is loaded when it is first asked for.

import { UsageError } from '../../runtime/errors.ts';

const lists: Readonly<Record<string, () => Promise<string>>> = {
  imagenet1k: async () => (await import('./imagenet1k.ts')).imagenet1k,
};

/**
 * The labels that an entry's `classes` stands for, by class index: a built-in list's name, or the labels themselves.
 * Throws UsageError 'invalid_argument' for the name of a list that does not exist.
 */
export async function classNames(list: string | readonly string[]): Promise<readonly string[]> {
  if (typeof list !== 'string') return list;
  const load = Object.hasOwn(lists, list) ? lists[list] : undefined;
  if (!load) {
    const known = Object.keys(lists).join(', ');
    throw new UsageError('invalid_argument', `there is no class list '${list}'; the built-in ones are: ${known}`);
  }
  return (await load()).trim().split(/\s+/);
}
