// Loading: options, sources of weights, seeds, progress, and what a load that fails or is stopped leaves behind: nothing.

import { describe, expect, it } from 'vitest';
import {
  ConvokeError,
  defineModels,
  type LoadOptions,
  type Model,
  type Progress,
  Registry,
  type StateDict,
  type WeightsInput,
} from '../../src/index.ts';
import { initialise } from '../../src/weights/initialise.ts';
import { writeSafetensors } from '../../src/weights/write_safetensors.ts';
import { spiedDevice } from '../support/device_spy.ts';
import { CLASSES, tiny, tinyBatch, tinySpec, tinyState } from '../support/tiny_plugin.ts';

const models = new Registry([tiny]);
// One for all: a device compiles its pipelines anew. Each test leaves it as it was.
const { device, spy } = await spiedDevice();

async function logits(model: Model, n = 2): Promise<Float32Array> {
  return (await model.forward(tinyBatch(n))).data();
}

async function logitsOf(options: LoadOptions): Promise<Float32Array> {
  await using model = await models.load('tiny_branches', { device, ...options });
  return await logits(model);
}

async function bytesOf(state: StateDict): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of writeSafetensors(state)) parts.push(part);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function failure(promise: Promise<unknown>): Promise<ConvokeError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConvokeError) return error;
  throw error ?? new Error('it did not fail');
}

describe('options', () => {
  it.each<[string, object, string]>([
    ['both sources', { pretrained: true, weights: {} }, 'give either pretrained or weights, not both'],
    ['an empty id', { pretrained: '' }, 'pretrained must be true, false or the id of an entry, and is empty'],
    ['no classes', { classes: 0 }, 'classes must be a positive whole number and is 0'],
    ['half a class', { classes: 2.5 }, 'classes must be a positive whole number and is 2.5'],
    ['a size of text', { size: '16' }, 'size must be a positive whole number and is 16'],
    ['a size too small', { size: 7 }, "size 7 is below the model's smallest, 8"],
    ['no budget', { budgetBytes: -1 }, 'budgetBytes must be a positive whole number and is -1'],
    ['a seed past 32 bits', { seed: 2 ** 32 }, 'seed must be a whole number from 0 to 4294967295 and is 4294967296'],
    ['a precision that is none', { precision: 'f64' }, 'precision must be f32 or f16 and is f64'],
    ['no labels', { classNames: [] }, 'classNames is empty'],
    ['labels that do not fit', { classes: 3, classNames: ['a'] }, 'classes is 3 and classNames has 1'],
    ['an option that is none', { pretraind: true }, 'there is no option pretraind; did you mean pretrained?'],
    [
      'a preprocessing of grey',
      { preprocess: { resize: 16, crop: 16, interpolation: 'bilinear', antialias: true, mean: [0], std: [1] } },
      'preprocess has 1 means and 1 stds, the model 3 channels',
    ],
  ])('%s are refused', async (_, options, message) => {
    const error = await failure(models.load('tiny_branches', { device, ...options }));
    expect(error).toMatchObject({ code: 'invalid_argument', message: `load tiny_branches: ${message}` });
  });

  it('say how a model is built and how pictures become its input', async () => {
    await using model = await models.load('tiny_branches', { device, size: 24, classNames: ['a', 'b', 'c'] });
    expect(model.preprocess).toMatchObject({ resize: 24, crop: 24, mean: [0, 0, 0], std: [1, 1, 1] });
    expect(model.classNames).toEqual(['a', 'b', 'c']);
    expect(model.summary().layers.at(-1)?.output).toEqual(['n', 3]);
    const picture = { data: new Uint8Array(30 * 40 * 3), width: 40, height: 30, channels: 3 as const };
    expect((await model.read(picture)).shape).toEqual([1, 3, 24, 24]);
    expect(await model.classify(picture, { top: 9 })).toHaveLength(3);
  });

  it('take the size from the preprocessing that is given', async () => {
    const preprocess = { ...plain, resize: 32, crop: 20 };
    await using model = await models.load('tiny_branches', { device, preprocess });
    expect(model.preprocess).toEqual(preprocess);
    await using larger = await models.load('tiny_branches', { device, preprocess, size: 40 });
    expect(larger.preprocess).toEqual({ ...preprocess, resize: 64, crop: 40 });
  });

  it('limit the memory before anything is allocated', async () => {
    const before = spy.made.length;
    const error = await failure(models.load('tiny_branches', { device, budgetBytes: 1000 }));
    expect(error.code).toBe('over_budget');
    expect(error.message).toMatch(/needs \d+ bytes of GPU memory, the budget is 1000; not even one image would fit/);
    expect(spy.made.length).toBe(before);
  });

  it('must not name a device that is gone', async () => {
    const { device: own } = await spiedDevice();
    own.destroy();
    expect((await failure(models.load('tiny_branches', { device: own }))).code).toBe('device_lost');
  });
});

const plain = {
  resize: 16,
  crop: 16,
  interpolation: 'bilinear' as const,
  antialias: true,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

describe('weights', () => {
  const state = tinyState();

  it('give the same bits as a state dict, as bytes, as a buffer, as a Blob, in any order', async () => {
    const bytes = await bytesOf(state);
    const reversed = Object.fromEntries(Object.entries(state).reverse());
    const sources: WeightsInput[] = [bytes, bytes.buffer, new Blob([bytes]), reversed, await bytesOf(reversed)];
    const expected = await logitsOf({ weights: state });
    expect(expected.every(Number.isFinite)).toBe(true);
    expect(new Set(expected).size).toBe(expected.length);
    for (const weights of sources) expect(await logitsOf({ weights })).toEqual(expected);
  });

  it('need not bring the counter of batches', async () => {
    const without = Object.fromEntries(Object.entries(state).filter(([name]) => !name.endsWith('num_batches_tracked')));
    expect(await logitsOf({ weights: without })).toEqual(await logitsOf({ weights: state }));
  });

  it('need not bring what the model declares as optional', async () => {
    const optional = defineModels({
      family: 'optional',
      paper: 'none',
      models: {
        tiny_optional: {
          ...tinySpec(),
          build(net, image, config) {
            net.at('extra').buffer('scale', [3], { law: 'constant', value: 2 }, { optional: true });
            return tinySpec().build(net, image, config);
          },
        },
      },
    });
    await using model = await new Registry([optional]).load('tiny_optional', { device, weights: state });
    expect(await logits(model)).toEqual(await logitsOf({ weights: state }));
  });

  it('that do not fit are refused with every problem', async () => {
    const { 'fc.weight': fc, 'stem.conv.weight': stem, ...rest } = state;
    const weights = {
      ...rest,
      'stem.conv.weight': { shape: [8, 3, 1, 9], data: stem!.data },
      more: { shape: [1], data: new Float32Array(1) },
    };
    const error = await failure(models.load('tiny_branches', { device, weights }));
    expect(fc).toBeDefined();
    expect(error).toMatchObject({
      code: 'weights_mismatch',
      problems: [
        'stem.conv.weight is [8,3,1,9], the model has [8,3,3,3]',
        'fc.weight [7,12] is missing',
        'more [1] is left over',
      ],
    });
    expect(error.message).toContain('the given weights for tiny_branches does not fit the model');
  });

  it('must fit the number of classes that is asked for', async () => {
    const error = await failure(models.load('tiny_branches', { device, weights: state, classes: 3 }));
    expect(error).toMatchObject({
      code: 'weights_mismatch',
      problems: ['fc.weight is [7,12], the model has [3,12]', 'fc.bias is [7], the model has [3]'],
    });
  });
});

describe('a model without weights', () => {
  it('starts from the seed, 0 where none is given', async () => {
    const zero = await logitsOf({});
    expect(await logitsOf({ seed: 0 })).toEqual(zero);
    expect(await logitsOf({ seed: 1 })).not.toEqual(zero);
  });

  it('has the same bits on every machine', async () => {
    const { data } = initialise({ name: 'fc.weight', shape: [2, 2], init: { law: 'normal', std: 1 } }, 3);
    expect(Array.from(new Uint32Array(data.buffer))).toMatchInlineSnapshot(`
      [
        3202752880,
        1059711035,
        1054260030,
        3211391645,
      ]
    `);
  });

  it('has labels only where there are as many as classes', async () => {
    await using model = await models.load('tiny_branches', { device, classNames: CLASSES });
    expect(model.classNames).toEqual(CLASSES);
    expect(model.weights).toBeNull();
    await using nameless = await models.load('tiny_branches', { device });
    expect(nameless.classNames).toBeNull();
  });
});

describe('progress', () => {
  it('counts pipelines and tensors, each from the start to the total', async () => {
    const steps: Progress[] = [];
    await using model = await models.load('tiny_branches', { device, onProgress: (step) => steps.push(step) });
    const phases = { compile: 'pipelines', upload: 'tensors' } as const;
    for (const [phase, unit] of Object.entries(phases)) {
      const own = steps.filter((step) => step.phase === phase);
      const total = own[0]?.total ?? 0;
      expect(total).toBeGreaterThan(0);
      expect(own.every((step) => step.unit === unit && step.total === total)).toBe(true);
      const first = phase === 'compile' ? 0 : 1;
      expect(own.map(({ done }) => done)).toEqual(Array.from({ length: total + 1 - first }, (_, i) => i + first));
    }
    expect(steps.findLast(({ phase }) => phase === 'upload')?.done).toBe(Object.keys(tinyState()).length);
    expect(model.ms.compile).toBeGreaterThan(0);
    expect(model.ms.load).toBeGreaterThan(0);
  });

  it('ends the load where it throws', async () => {
    const thrown = new Error('the bar broke');
    const onProgress = ({ phase }: Progress) => {
      if (phase === 'upload') throw thrown;
    };
    expect(await leavesNothing({ onProgress })).toBe(thrown);
  });
});

/** A load that must fail and leave nothing on its device. */
async function leavesNothing(options: LoadOptions, on = { device, spy }): Promise<unknown> {
  expect(on.spy.live()).toEqual([]);
  const error = await models.load('tiny_branches', { ...options, device: on.device }).then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  await on.device.acquired.device.queue.onSubmittedWorkDone();
  expect(on.spy.live()).toEqual([]);
  expect(on.device.acquired.fault()).toBeNull();
  return error;
}

describe('a load that is stopped', () => {
  const reason = new Error('the person left');

  it('before it starts does nothing', async () => {
    expect(await leavesNothing({ signal: AbortSignal.abort(reason) })).toBe(reason);
  });

  it.each(['compile', 'upload'] as const)(
    'at the first, the middle and the last step of %s leaves nothing',
    async (phase) => {
      for (const at of [0, 0.5, 1]) {
        const stop = new AbortController();
        const onProgress = (step: Progress) => {
          if (step.phase === phase && step.done >= at * (step.total ?? 0)) stop.abort(reason);
        };
        expect(await leavesNothing({ signal: stop.signal, onProgress, weights: tinyState() })).toBe(reason);
      }
    },
  );

  it('tells no progress any more', async () => {
    const stop = new AbortController();
    let after = 0;
    const onProgress = ({ phase }: Progress) => {
      if (stop.signal.aborted) after++;
      if (phase === 'compile') stop.abort(reason);
    };
    await leavesNothing({ signal: stop.signal, onProgress });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(after).toBe(0);
  });

  it('while weights are read closes them', async () => {
    const bytes = await bytesOf(tinyState());
    const stop = new AbortController();
    let closed = 0;
    const weights = {
      name: 'slow.safetensors',
      size: bytes.length,
      read: async (start: number, end: number) => {
        if (start > 100) stop.abort(reason);
        return bytes.subarray(start, end);
      },
      close: async () => {
        closed++;
      },
    };
    expect(await leavesNothing({ signal: stop.signal, weights })).toBe(reason);
    expect(closed).toBeGreaterThan(0);
  });
});

describe('a load of which one half fails', () => {
  it('throws what was wrong with the weights, whatever becomes of the pipelines', async () => {
    const bytes = new Uint8Array(64).fill(0x20);
    expect(await leavesNothing({ weights: bytes })).toMatchObject({ name: 'WeightsError' });
    const mismatch = await leavesNothing({ weights: { stray: { shape: [1], data: new Float32Array(1) } } });
    expect(mismatch).toMatchObject({ code: 'weights_mismatch' });
  });

  it('throws what was wrong with the pipelines, and closes the weights', async () => {
    const bytes = await bytesOf(tinyState());
    let closed = 0;
    const weights = {
      name: 'fine.safetensors',
      size: bytes.length,
      read: async (start: number, end: number) => bytes.subarray(start, end),
      close: async () => {
        closed++;
      },
    };
    const { pipelines } = device;
    const { compile } = pipelines;
    pipelines.compile = () => Promise.reject(new Error('no pipeline'));
    expect(await leavesNothing({ weights })).toMatchObject({ message: 'no pipeline' });
    pipelines.compile = compile;
    expect(closed).toBeGreaterThan(0);
  });

  it('names a model whose shapes do not fit together, or that returns no logits', async () => {
    const bad = defineModels({
      family: 'bad',
      paper: 'none',
      models: {
        bad_width: { ...tinySpec(), build: (net, image) => tinySpec().build(net, image, { classes: 4 }) },
        bad_rank: { ...tinySpec(), build: (_, image) => image },
      },
    });
    const registry = new Registry([bad]);
    for (const name of registry.list()) {
      const error = await failure(registry.load(name, { device, weights: tinyState() }));
      expect(error.code).toBe('shape_mismatch');
      expect(error.message).toMatch(/^the model must return its logits, \[n,7\], and returns/);
    }
  });
});

/** A device whose pipelines are there when `release` is called: all of them, or those of which `broken` does not say that they fail. */
async function slowDevice() {
  const made = await spiedDevice();
  const gpu = made.device.acquired.device;
  const make = gpu.createComputePipelineAsync.bind(gpu);
  const gate: { open(): void; broken(label: string): boolean } = { open: () => {}, broken: () => false };
  const held = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const asked: string[] = [];
  const late = async (descriptor: GPUComputePipelineDescriptor) => {
    asked.push(descriptor.label ?? '');
    await held;
    if (gate.broken(descriptor.label ?? '')) throw new DOMException('refused', 'OperationError');
    return make(descriptor);
  };
  Object.defineProperty(gpu, 'createComputePipelineAsync', { value: late });
  return { ...made, gate, asked };
}

describe('while pipelines compile', () => {
  const tensors = Object.keys(tinyState()).length;

  it('all weights go to the GPU, and are packed when what packs them is there', async () => {
    const { device: slow, gate } = await slowDevice();
    const steps: Progress[] = [];
    const loading = models.load('tiny_branches', {
      device: slow,
      weights: tinyState(),
      onProgress(step) {
        steps.push(step);
        if (step.phase === 'upload' && step.done === tensors) gate.open();
      },
    });
    await using model = await loading;
    const compiled = steps.filter(({ phase, done }) => phase === 'compile' && done > 0);
    expect(compiled.length).toBeGreaterThan(1);
    expect(steps.indexOf(compiled[0]!)).toBeGreaterThan(steps.findLastIndex(({ phase }) => phase === 'upload'));
    expect(await logits(model)).toEqual(await logitsOf({ weights: tinyState() }));
    slow.destroy();
  });

  it('those that pack weights are asked for first', async () => {
    const { device: slow, gate, asked } = await slowDevice();
    gate.open();
    await using model = await models.load('tiny_branches', { device: slow, weights: tinyState() });
    const run = new Set((await model.profile(tinyBatch(1))).rows.map(({ kernel }) => kernel));
    const loadOnly = asked.filter((label) => !run.has(label));
    expect(loadOnly.length).toBeGreaterThan(0);
    expect(asked.slice(0, loadOnly.length)).toEqual(loadOnly);
    slow.destroy();
  });

  it('a load can be stopped, which leaves nothing', async () => {
    const on = await slowDevice();
    const reason = new Error('the person left');
    const stop = new AbortController();
    const onProgress = ({ phase, done }: Progress) => {
      if (phase === 'upload' && done === tensors) setTimeout(() => stop.abort(reason), 20);
    };
    expect(await leavesNothing({ signal: stop.signal, onProgress, weights: tinyState() }, on)).toBe(reason);
    on.gate.open();
    await using model = await models.load('tiny_branches', { device: on.device, weights: tinyState() });
    expect(await logits(model)).toEqual(await logitsOf({ weights: tinyState() }));
    on.device.destroy();
  });

  it.each(['load', 'run'] as const)('one of a %s that fails ends the load, and leaves nothing', async (of) => {
    await using model = await models.load('tiny_branches', { device, weights: tinyState() });
    const run = new Set((await model.profile(tinyBatch(1))).rows.map(({ kernel }) => kernel));
    model.dispose();
    const on = await slowDevice();
    on.gate.broken = (label) => run.has(label) === (of === 'run');
    const onProgress = ({ phase, done }: Progress) => {
      if (phase === 'upload' && done === tensors) on.gate.open();
    };
    const error = await leavesNothing({ onProgress, weights: tinyState() }, on);
    expect(error).toMatchObject({ name: 'DeviceError', code: 'invalid_program' });
    on.device.destroy();
  });
});
