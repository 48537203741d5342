// Workers have WebGPU too: the same calls give the same answers there.

import { expect, it } from 'vitest';
import { type Classification, registry, samplePicture } from '../../src/index.ts';

it('a worker answers as the page does, bit for bit', async () => {
  const worker = new Worker(new URL('./classify_worker.ts', import.meta.url), { type: 'module' });
  const answered = new Promise<readonly Classification[]>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  const model = await registry.load('resnet18', { size: 32, seed: 7 });
  try {
    expect(await answered).toEqual(await model.classify(samplePicture(), { top: 3 }));
  } finally {
    model.dispose();
    worker.terminate();
  }
});
