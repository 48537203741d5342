// Waiting for a CPU driver: the thread naps between polls, and one wait after the other costs no more than the first.

import { expect, it, vi } from 'vitest';
import { settle } from '#acquire';

const turn = <T>(value: T) => new Promise<T>((resolve) => setImmediate(resolve, value));

it('naps once a turn, however many waits there were and are', async () => {
  const naps = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  const during = async (work: () => Promise<unknown>) => {
    naps.mockClear();
    await work();
    return naps.mock.calls.length;
  };
  for (let i = 0; i < 50; i++) expect(await during(() => settle(turn(i), { fallback: true }))).toBeLessThanOrEqual(2);
  const together = () => Promise.all([1, 2, 3].map((i) => settle(turn(i), { fallback: true })));
  expect(await during(together)).toBeLessThanOrEqual(2);
  await turn(null);
  expect(await during(() => turn(null))).toBe(0);
});

it('does not nap for a GPU', async () => {
  const naps = vi.spyOn(Atomics, 'wait').mockClear();
  expect(await settle(turn(7), { fallback: false })).toBe(7);
  expect(naps).not.toHaveBeenCalled();
});

it('passes errors on', async () => {
  const error = new Error('no');
  await expect(settle(Promise.reject(error), { fallback: true })).rejects.toBe(error);
});
