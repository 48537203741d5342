// Epochs over a dataset: what an interruption leaves, wherever it comes.

import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { Registry } from '../../src/index.ts';
import { sgd } from '../../src/training/optimizers.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { tiny, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
const SIDE = 24;

/** Grey squares, lighter from class to class; `read` is told of each picture. */
function squares(length: number, told: (index: number) => void = () => {}): Dataset {
  return {
    length,
    classes: 7,
    classNames: null,
    label: (index) => index % 7,
    name: (index) => `square ${index}`,
    read: async (index) => {
      told(index);
      return { width: SIDE, height: SIDE, data: new Uint8Array(3 * SIDE * SIDE).fill(30 * (index % 7) + (index % 11)) };
    },
  };
}

async function using<T>(work: (trainer: Trainer) => Promise<T>): Promise<T> {
  await using model = await models.load('tiny_branches', { weights: tinyState() });
  const trainer = await model.trainer({ optimizer: sgd({ lr: 0.05, momentum: 0.9 }) });
  try {
    return await work(trainer);
  } finally {
    await trainer.dispose();
  }
}

async function all(trainer: Trainer, validate: Dataset, signal?: AbortSignal) {
  const events = [];
  const options = { epochs: 2, batchSize: 4, validate, workers: 0, ...(signal && { signal }) };
  for await (const event of trainer.fit(squares(14), options)) events.push(event);
  return events.map(({ epoch, loss, validation, stopped }) => ({ epoch, loss, validation, stopped }));
}

describe('an interruption', () => {
  it.each([
    ['while an epoch is judged', 5],
    ['when the last picture is', 6],
  ])('%s loses nothing of it', async (_, at) => {
    const straight = await using((trainer) => all(trainer, squares(7)));
    const resumed = await using(async (trainer) => {
      const stop = new AbortController();
      const first = await all(
        trainer,
        squares(7, (index) => index === at && stop.abort()),
        stop.signal,
      );
      expect(first.map(({ epoch, stopped }) => ({ epoch, stopped }))).toEqual([{ epoch: 1, stopped: 'interrupted' }]);
      expect(first[0]!.loss).toBe(straight[0]!.loss);
      return all(trainer, squares(7));
    });
    expect(resumed).toEqual(straight);
  });
});
