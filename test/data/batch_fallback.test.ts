// Where no worker can be started, batches are made on this thread, to the same bits, and it is not tried for every
// epoch.
import { expect, it, vi } from 'vitest';
import { augment, collect, sixteenPictures } from '../support/sixteen_pictures.ts';

const attempts = vi.hoisted(() => ({ count: 0 }));

vi.mock('#workers', () => ({
  workers: {
    start() {
      attempts.count++;
      throw new Error('refused by the policy of this page');
    },
    cores: () => 8,
    pause: () => Promise.resolve(),
  },
}));

it('the batches are those of this thread', async () => {
  const set = await sixteenPictures();
  const options = { shuffle: true, seed: 6, augment };
  const inline = await collect(set, { ...options, workers: 0 });
  expect(attempts.count).toBe(0);
  expect(await collect(set, { ...options, workers: 2 })).toEqual(inline);
  expect(await collect(set, { ...options, workers: 2 })).toEqual(inline);
  expect(attempts.count).toBe(2);
});
