// Streams: the answers of forward, in order, whatever comes when; no more read ahead than is said; and every way they end.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Model, Registry, type StreamAnswer, type StreamOptions, type Tensor, tensor } from '../../src/index.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { CLASSES, tiny, tinyBatch, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
const { device, spy } = await spiedDevice();
const load = () => models.load('tiny_branches', { device, weights: tinyState(), classNames: CLASSES });

let model: Model;
/** The logits of image i alone. */
const expected: Float32Array[] = [];
beforeAll(async () => {
  model = await load();
  for (let i = 0; i < 24; i++) expected.push(await (await model.forward(tinyBatch(1, i))).data());
});
afterAll(() => model.dispose());

const images = (n: number): Tensor[] => Array.from({ length: n }, (_, i) => tinyBatch(1, i));
const picture = (i: number) => ({
  data: Uint8Array.from({ length: 20 * 24 * 3 }, (_, at) => (at * (89 + i)) % 251),
  width: 24,
  height: 20,
});
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function all<T>(answers: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const answer of answers) found.push(answer);
  return found;
}

const logitsOf = (answers: readonly StreamAnswer<unknown>[]) =>
  Promise.all(answers.map(async ({ logits }) => logits && (await logits.data())));

describe('a stream', () => {
  it.each<[StreamOptions]>([
    [{}],
    [{ batch: 4 }],
    [{ batch: 24, inFlight: 1 }],
    [{ batch: 100 }],
    [{ inFlight: 1 }],
    [{ batch: 5, inFlight: 2 }],
    [{ inFlight: 20 }],
  ])('answers in order with the bits of forward: %j', async (options) => {
    const inputs = images(24);
    const answers = await all(model.stream(inputs, options));
    expect(answers.map(({ index }) => index)).toEqual(inputs.map((_, i) => i));
    expect(answers.map(({ input }) => input)).toEqual(inputs);
    expect(answers.every(({ logits }) => `${logits?.shape}` === `${[1, CLASSES.length]}`)).toBe(true);
    expect(await logitsOf(answers)).toEqual(expected);
  });

  it('takes pictures among tensors, and names classes as classify does', async () => {
    const inputs = [picture(0), tinyBatch(1), picture(1), picture(2)];
    const answers = await all(model.stream(inputs, { top: 3, batch: 2 }));
    for (const i of [0, 2, 3])
      expect(answers[i]?.classes).toEqual(await model.classify(picture(Math.max(0, i - 1)), { top: 3 }));
    expect(await answers[1]?.logits?.data()).toEqual(expected[0]);
  });

  it('is over at once where there is nothing, and may begin late', async () => {
    expect(await all(model.stream([]))).toEqual([]);
    async function* late() {
      await pause(20);
      yield tinyBatch(1, 0);
      await pause(20);
      yield tinyBatch(1, 1);
      await pause(20);
    }
    expect(await logitsOf(await all(model.stream(late(), { batch: 8 })))).toEqual(expected.slice(0, 2));
  });

  it('puts as many together as are there, and never waits for a source that waits for it', async () => {
    const sizes: number[] = [];
    const counted = new Proxy(model, {
      get(target, key) {
        const value = Reflect.get(target, key, target) as unknown;
        if (key === 'forward')
          return (batch: Tensor) => {
            sizes.push(batch.shape[0]!);
            return target.forward(batch);
          };
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { stream } = await import('../../src/registry/stream.ts');
    await all(stream(counted, images(20), { batch: 8 }));
    expect(sizes).toEqual([8, 8, 4]);
    // Each input is given when the answer before it was heard.
    let heard: () => void = () => {};
    async function* dialogue() {
      for (let i = 0; i < 4; i++) {
        const next = new Promise<void>((resolve) => {
          heard = resolve;
        });
        yield tinyBatch(1, i);
        await next;
      }
    }
    sizes.length = 0;
    let count = 0;
    for await (const { logits } of stream(counted, dialogue(), { batch: 8 })) {
      expect(await logits?.data()).toEqual(expected[count++]);
      heard();
    }
    expect(sizes).toEqual([1, 1, 1, 1]);
  });

  it.each([
    [1, 1],
    [1, 3],
    [4, 2],
    [8, 1],
  ])('in batches of %i, %i in flight, reads no further ahead than their product', async (batch, inFlight) => {
    let [read, answered, most] = [0, 0, 0];
    function* source() {
      for (const image of images(24)) {
        read++;
        most = Math.max(most, read - answered);
        yield image;
      }
    }
    for await (const { index } of model.stream(source(), { batch, inFlight })) {
      answered = index + 1;
      if (index % 5 === 0) await pause(10); // whoever listens takes time
    }
    expect(read).toBe(24);
    // The answer that is handed out makes room before it is counted here.
    expect(most).toBeLessThanOrEqual(batch * inFlight + 1);
    expect(most).toBeGreaterThanOrEqual(batch * inFlight);
  });

  it('reads nothing before it is asked for an answer', async () => {
    let read = 0;
    const source = {
      *[Symbol.iterator]() {
        read++;
        yield tinyBatch(1);
      },
    };
    const stream = model.stream(source);
    await pause(5);
    expect(read).toBe(0);
    await stream.return();
    expect(read).toBe(0);
  });

  it.each<[string, unknown, object, string]>([
    ['text', 'cat.jpg', {}, 'the source must be an array or another iterable of pictures and tensors'],
    ['bytes', new Uint8Array(3), {}, 'the source must be an array or another iterable of pictures and tensors'],
    ['a single picture', picture(0), {}, 'the source must be an array or another iterable of pictures and tensors'],
    ['half a batch', [], { batch: 0.5 }, 'batch must be a positive whole number and is 0.5'],
    ['nothing in flight', [], { inFlight: 0 }, 'inFlight must be a positive whole number and is 0'],
    ['no answer', [], { top: -1 }, 'top must be a positive whole number and is -1'],
    ['another way with errors', [], { onError: 'skip' }, 'onError must be answer or throw and is skip'],
  ])('refuses %s', async (_, source, options, message) => {
    await expect(all(model.stream(source as Tensor[], options))).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `stream of tiny_branches: ${message}`,
    });
  });
});

describe('an input that cannot be read', () => {
  const broken = new Uint8Array([1, 2, 3]);
  const wide = tensor(new Float32Array(3 * 16 * 17), [1, 3, 16, 17]);
  const mixed = () => [tinyBatch(1, 0), broken, tinyBatch(1, 1), wide, tinyBatch(2), tinyBatch(1, 2)];

  it.each([1, 2, 8])('has an error in its place, and the others their answers, in batches of %i', async (batch) => {
    const inputs = mixed();
    const answers = await all(model.stream(inputs, { batch }));
    expect(answers.map(({ error }) => error?.code)).toEqual([
      undefined,
      'unsupported_image',
      undefined,
      'invalid_argument',
      'invalid_argument',
      undefined,
    ]);
    expect(answers.map(({ input }) => input)).toEqual(inputs);
    expect(answers[3]?.error?.message).toBe(
      'the stream of tiny_branches takes tensors [1,3,16,16] and was given [1,3,16,17]',
    );
    const [a, , b, , , c] = await logitsOf(answers);
    expect([a, b, c]).toEqual(expected.slice(0, 3));
  });

  it('ends the stream where the caller wishes so, after the answers before it', async () => {
    const heard: Float32Array[] = [];
    let ended = 0;
    async function* source() {
      try {
        yield* mixed();
      } finally {
        ended++;
      }
    }
    const listening = (async () => {
      for await (const { logits } of model.stream(source(), { onError: 'throw', inFlight: 2 }))
        heard.push(await logits.data());
    })();
    await expect(listening).rejects.toMatchObject({ code: 'unsupported_image' });
    expect(heard).toEqual(expected.slice(0, 1));
    expect(ended).toBe(1);
  });
});

describe('a stream ends', () => {
  /** An endless source that tells how often it was read and ended. */
  function endless() {
    const told = { read: 0, ended: 0 };
    async function* source() {
      try {
        for (;;) yield tinyBatch(1, told.read++ % 24);
      } finally {
        told.ended++;
      }
    }
    return { told, source: source() };
  }

  it('with the loop, and reads no more', async () => {
    const { told, source } = endless();
    for await (const { index } of model.stream(source, { batch: 2, inFlight: 2 })) if (index === 6) break;
    const { read } = told;
    expect(told.ended).toBe(1);
    await pause(20);
    expect(told).toEqual({ read, ended: 1 });
  });

  it('with an error of the listener', async () => {
    const { told, source } = endless();
    const listening = (async () => {
      for await (const { index } of model.stream(source)) if (index === 2) throw new Error('enough');
    })();
    await expect(listening).rejects.toThrow('enough');
    expect(told.ended).toBe(1);
  });

  it('with the signal, before and while it waits', async () => {
    const reason = new Error('stop');
    await expect(all(model.stream(images(3), { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
    const stop = new AbortController();
    let ended = 0;
    const stuck = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}), // it never comes
        return: async () => {
          ended++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const waiting = all(model.stream<Tensor>(stuck, { signal: stop.signal }));
    setTimeout(() => stop.abort(reason), 10);
    await expect(waiting).rejects.toBe(reason);
    expect(ended).toBe(1);
    const { told, source } = endless();
    const late = new AbortController();
    const listening = (async () => {
      for await (const { index } of model.stream(source, { signal: late.signal })) if (index === 4) late.abort(reason);
    })();
    await expect(listening).rejects.toBe(reason);
    expect(told.ended).toBe(1);
  });

  it('with an error of its source, after the answers before it', async () => {
    const heard: unknown[] = [];
    async function* source() {
      yield* images(5);
      throw new Error('the camera fell');
    }
    const listening = (async () => {
      for await (const answer of model.stream(source(), { batch: 2 })) heard.push(answer);
    })();
    await expect(listening).rejects.toThrow('the camera fell');
    expect(heard).toHaveLength(5);
  });

  it('with its model', async () => {
    const one = await load();
    const { told, source } = endless();
    const listening = (async () => {
      for await (const { index } of one.stream(source, { batch: 2 })) if (index === 3) one.dispose();
    })();
    await expect(listening).rejects.toMatchObject({ code: 'disposed' });
    expect(told.ended).toBe(1);
  });
});

describe('memory', () => {
  it('is allocated for the first runs alone, however many are in flight', async () => {
    await using one = await load();
    await all(one.stream(images(12), { inFlight: 6 }));
    const before = { live: spy.live(), calls: new Map(spy.calls) };
    for (let i = 0; i < 3; i++) await all(one.stream(images(24), { inFlight: 6 }));
    expect({ live: spy.live(), calls: spy.calls }).toEqual(before);
    const readbacks = spy.live().filter(({ label }) => label === 'logits readback');
    // The other model has one or more of its own.
    expect(readbacks.length).toBeGreaterThan(2);
    expect(readbacks.length).toBeLessThanOrEqual(6);
  });

  it('of results is that of one run where a budget was set', async () => {
    const { peakBytes } = model.summary();
    const label = 'logits readback';
    const own = spy.live().filter((made) => made.label === label).length;
    await using one = await models.load('tiny_branches', { device, weights: tinyState(), budgetBytes: peakBytes });
    const answers = await all(one.stream(images(24), { inFlight: 6 }));
    expect(await logitsOf(answers)).toEqual(expected);
    expect(spy.live().filter((made) => made.label === label).length).toBe(own + 1);
  });
});
