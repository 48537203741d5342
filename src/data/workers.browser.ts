// Threads as browsers have them.

import type { Workers } from './workers.ts';

export const workers: Workers = {
  start({ message, fail }) {
    const worker = new Worker(new URL('./batch_worker.browser.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => message(data);
    worker.onerror = (event) => fail(new Error(event.message || 'the worker could not be loaded'));
    return {
      post: (job, transfer) => worker.postMessage(job, [...transfer]),
      hold: () => {},
      stop: () => worker.terminate(),
    };
  },
  cores: () => navigator.hardwareConcurrency,
  // A timer would wait for four milliseconds, a message does not.
  pause: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }),
};
