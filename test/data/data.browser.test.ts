// Data sets and batches in a browser: the same bits from Blobs and addresses, on this thread and in a worker.
import { describe, expect, it, vi } from 'vitest';
import { batches } from '../../src/data/batches.ts';
import { idx, mnist } from '../../src/data/idx.ts';
import { imageFolder } from '../../src/data/image_folder.ts';
import { imageList } from '../../src/data/image_list.ts';
import { openDataset } from '../../src/data/open_dataset.ts';
import { ConvokeError } from '../../src/runtime/errors.ts';
import tiny from '../fixtures/images/tiny.json' with { type: 'json' };
import { hasShared, readShared, SHARED_MISSING } from '../support/shared.ts';
import { augment, collect, preprocess, sixteenPictures } from '../support/sixteen_pictures.ts';

const base64 = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const file = (name: keyof typeof tiny) => new File([base64(tiny[name].base64)], name);
const picked = (path: string, name: keyof typeof tiny) => {
  const given = new File([base64(tiny[name].base64)], path.split('/').at(-1)!);
  Object.defineProperty(given, 'webkitRelativePath', { value: path });
  return given;
};

async function failure(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConvokeError);
  const { name, code, message } = error as ConvokeError;
  return `${name} ${code}: ${message}`;
}

describe('a worker', () => {
  it('makes the batches that this thread makes, bit for bit', async () => {
    const told: string[] = [];
    let started = 0;
    const Platform = globalThis.Worker;
    const counted = class extends Platform {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        started++;
        this.addEventListener('message', ({ data }) => told.push(data.kind));
      }
    };
    vi.stubGlobal('Worker', counted);
    const set = await sixteenPictures();
    const options = { shuffle: true, seed: 8, augment };
    expect(await collect(set, { ...options, workers: 2 })).toEqual(await collect(set, { ...options, workers: 0 }));
    expect([started, told.toSorted()]).toEqual([2, ['done', 'done', 'done', 'done', 'ready', 'ready']]);
    // Pictures that need decoding go to workers by themselves; those of the epoch before serve again.
    const files = await imageList([
      { image: file('rgb.jpg'), label: 0 },
      { image: file('rgba.png'), label: 1 },
    ]);
    const decoded = await collect(files, { workers: 0, augment });
    expect(await collect(files, { workers: 1, augment })).toEqual(decoded);
    expect([started, told.length]).toEqual([2, 7]);
    vi.unstubAllGlobals();
  });

  it('passes on what is wrong with a picture', async () => {
    const broken = await imageList([{ image: new File(['nothing'], 'broken.png'), label: 0 }]);
    expect(await failure(collect(broken, { workers: 1 }))).toContain('ImageError unsupported_image: broken.png: ');
  });
});

describe('data sets', () => {
  it.skipIf(!hasShared)(`read IDX from Blobs, gzip and all${hasShared ? '' : `: ${SHARED_MISSING}`}`, async () => {
    const blob = async (name: string) => new File([(await readShared(`data/mnist/${name}`))!], name);
    const images = await blob('t10k-images-idx3-ubyte.gz');
    const labels = await blob('t10k-labels-idx1-ubyte.gz');
    const set = await idx(images, labels);
    expect([set.length, set.classes]).toEqual([10_000, 10]);
    expect(Array.from({ length: 10 }, (_, i) => set.label(i))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const { data } = await set.read(7);
    expect(data.reduce((sum, level) => sum + level, 0)).toBe(3 * 21_062); // by Python
    const { train, test } = await mnist([
      images,
      labels,
      new File([images], 'train-images-idx3-ubyte.gz'),
      new File([labels], 'train-labels-idx1-ubyte.gz'),
    ]);
    expect([train.length, test.length]).toEqual([10_000, 10_000]);
  });

  it('know a folder that a person picked', async () => {
    const { kind, train, test } = await openDataset([
      picked('pets/train/dog/1.jpg', 'rgb.jpg'),
      picked('pets/train/cat/1.png', 'rgba.png'),
      picked('pets/val/dog/2.jpg', 'progressive.jpg'),
    ]);
    expect([kind, train.classNames, train.length, test?.label(0)]).toEqual(['folders', ['cat', 'dog'], 2, 1]);
    expect((await train.read(1)).data).toEqual(base64(tiny['rgb.jpg'].rgb));
    expect(train.name(1)).toBe('dog/1.jpg');
  });

  it('read pictures by address, in batches too', async () => {
    const address = URL.createObjectURL(new Blob([base64(tiny['rgb.jpg'].base64)]));
    const set = await imageList([{ image: address, label: 0 }]);
    const { value } = await batches(set, { batchSize: 1, preprocess, workers: 0 }).next();
    expect(value.shape).toEqual([1, 3, 12, 12]);
  });

  it('say what a browser cannot do', async () => {
    expect(await failure(imageFolder('/pets'))).toContain(
      'UsageError invalid_argument: /pets: a browser lists no folder by address; pass its Files',
    );
    expect(await failure(idx('http://127.0.0.1:9/images', 'http://127.0.0.1:9/labels'))).toContain(
      'DataError missing_file: http://127.0.0.1:9/images: cannot be fetched',
    );
  });
});
