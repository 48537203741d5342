// A page whose policy forbids workers, or whose bundler left the worker out: batches are made on its own thread.
import { expect, it, vi } from 'vitest';
import { augment, collect, sixteenPictures } from '../support/sixteen_pictures.ts';

it('the batches are the same', async () => {
  const set = await sixteenPictures();
  const inline = await collect(set, { augment, workers: 0 });
  let attempts = 0;
  vi.stubGlobal(
    'Worker',
    class extends EventTarget {
      onerror: ((event: Event) => void) | null = null;
      constructor() {
        super();
        attempts++;
        // What an address without a worker behind it comes to.
        setTimeout(() => this.onerror?.(new Event('error')), 1);
      }
      terminate() {}
    },
  );
  expect(await collect(set, { augment, workers: 2 })).toEqual(inline);
  expect(await collect(set, { augment, workers: 2 })).toEqual(inline);
  expect(attempts).toBe(2);
  vi.unstubAllGlobals();
});
