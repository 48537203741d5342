// Workers for batches: one after another, kept for the next epoch, and what happens when one dies or fails.
import { beforeEach, expect, it, vi } from 'vitest';
import type { Request } from '../../src/data/batch_messages.ts';
import type { WorkerEvents, WorkerThread } from '../../src/data/workers.ts';
import type { ImageError } from '../../src/runtime/errors.ts';
import { augment, sixteenPictures } from '../support/sixteen_pictures.ts';

const platform = vi.hoisted(() => ({ start: (_: WorkerEvents): WorkerThread => ({}) as WorkerThread }));
vi.mock('#workers', () => ({
  workers: { start: (events: WorkerEvents) => platform.start(events), cores: () => 8, pause: () => Promise.resolve() },
}));

const log: string[] = [];

/** A thread that is none: it answers on this one, after whatever `before` does. */
function pretend(before: (request: Request, events: WorkerEvents) => boolean | Promise<boolean> = () => true) {
  platform.start = (events) => {
    log.push('start');
    setTimeout(() => events.message({ kind: 'ready' }), 1);
    return {
      post: async (message) => {
        const request = structuredClone(message) as Request;
        const { answer } = await import('../../src/data/batch_messages.ts'); // its errors are those of this test's modules
        if (await before(request, events)) events.message(await answer(request));
      },
      hold: () => {},
      stop: () => log.push('stop'),
    };
  };
}

beforeEach(() => {
  log.length = 0;
  vi.resetModules();
});

it('serve epoch after epoch', async () => {
  const { takeWorkers, giveWorkers } = await import('../../src/data/batch_pool.ts');
  pretend();
  const taken = await takeWorkers(2);
  expect([taken.length, log]).toEqual([2, ['start', 'start']]);
  giveWorkers(taken);
  const again = await takeWorkers(3);
  expect(log).toEqual(['start', 'start', 'start']);
  vi.useFakeTimers();
  giveWorkers(again);
  await vi.advanceTimersByTimeAsync(11_000);
  vi.useRealTimers();
  expect(log.slice(3)).toEqual(['stop', 'stop', 'stop']);
});

it('make the batches that this thread makes, whoever is first', async () => {
  const { collect } = await import('../support/sixteen_pictures.ts');
  const set = await sixteenPictures();
  pretend(async ({ job }) => {
    await new Promise((resolve) => setTimeout(resolve, job.start === 0 ? 30 : 1));
    return true;
  });
  const options = { shuffle: true, seed: 8, augment };
  expect(await collect(set, { ...options, workers: 3 })).toEqual(await collect(set, options));
});

it('are told pictures alone, not the memory behind them', async () => {
  const sent: number[] = [];
  const whole = new Uint8Array(1000 * 3);
  const view = { width: 1, height: 1, data: whole.subarray(300, 303) };
  const { imageList } = await import('../../src/data/image_list.ts');
  const { collect } = await import('../support/sixteen_pictures.ts');
  pretend(({ job }) => {
    for (const source of job.sources)
      if (typeof source === 'object' && 'data' in source) sent.push(source.data.buffer.byteLength);
    return true;
  });
  await collect(await imageList([{ image: view, label: 0 }]), { workers: 1 });
  expect(sent).toEqual([3]);
});

it('pass errors on as they were', async () => {
  const { imageList } = await import('../../src/data/image_list.ts');
  const { collect } = await import('../support/sixteen_pictures.ts');
  pretend();
  const broken = await imageList([{ image: new File(['nothing'], 'broken.png'), label: 0 }]);
  const error: unknown = await collect(broken, { workers: 1 }).catch((reason: unknown) => reason);
  const { ImageError: Fresh } = await import('../../src/runtime/errors.ts');
  expect(error).toBeInstanceOf(Fresh);
  expect((error as ImageError).code).toBe('unsupported_image');
  expect((error as ImageError).message).toContain('broken.png: ');
});

it('end the iteration when one dies', async () => {
  const { collect } = await import('../support/sixteen_pictures.ts');
  pretend((_, events) => {
    events.fail(new Error('out of memory'));
    return false;
  });
  await expect(collect(await sixteenPictures(), { workers: 2 })).rejects.toThrow('out of memory');
});
