// Threads as Node has them.

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Workers } from './workers.ts';

export const workers: Workers = {
  start({ message, fail }) {
    const worker = new Worker(new URL('./batch_worker.node.ts', import.meta.url));
    worker.on('message', message);
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the worker ended with code ${code}`)));
    worker.unref();
    return {
      post: (job, transfer) => worker.postMessage(job, transfer),
      hold: (holds) => (holds ? worker.ref() : worker.unref()),
      stop: () => void worker.terminate(),
    };
  },
  cores: availableParallelism,
  pause: () => setImmediate(),
};
