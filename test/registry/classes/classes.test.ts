// The built-in class lists.

import { expect, it } from 'vitest';
import { classNames } from '../../../src/registry/classes/classes.ts';
import { UsageError } from '../../../src/runtime/errors.ts';
import { SHARED_MISSING, sharedJson } from '../../support/shared.ts';

it('imagenet1k has the names and the order of the reference', async (context) => {
  const expected = await sharedJson<string[]>('data/imagenet1k-classes.json');
  if (!expected) return context.skip(SHARED_MISSING);
  expect(await classNames('imagenet1k')).toEqual(expected);
});

it('imagenet1k has 1000 names', async () => {
  const names = await classNames('imagenet1k');
  expect(names).toHaveLength(1000);
  expect([names[0], names[7], names[207], names[999]]).toEqual(['tench', 'cock', 'golden_retriever', 'toilet_tissue']);
});

it('labels themselves are taken as they are', async () => {
  expect(await classNames(['cat', 'great white shark'])).toEqual(['cat', 'great white shark']);
});

it.each(['imagenet', 'toString', ''])('refuses the unknown list %j', async (list) => {
  const refused = classNames(list);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(`there is no class list '${list}'; the built-in ones are: imagenet1k`);
});
