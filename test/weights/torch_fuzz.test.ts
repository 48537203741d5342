// Thousands of broken PyTorch files: each is read or refused with a ConvokeError, soon, and in little memory.
//
// What is counted is every byte of every typed array that the reader makes, and of every read of the file (which copies here, as
// a file on a disk does), until the next tensor is handed over, when all of it may go: four times the file's size at most. The
// objects of a pickle are not typed arrays; there are fewer of them than opcodes, which are limited.
import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConvokeError } from '../../src/runtime/errors.ts';
import type { ByteSource } from '../../src/weights/bytes.ts';
import { toFloat32 } from '../../src/weights/floats.ts';
import { openTensors } from '../../src/weights/open_weights.ts';
import { hasShared, readShared, SHARED_MISSING, sharedPath } from '../support/shared.ts';
import { legacyFile, type Op, op, tensorOps } from '../support/torch_files.ts';

let allocated = 0;
let most = 0;

/** Takes note of what has been allocated since the last time. */
function handedOver(size: number): void {
  most = Math.max(most, allocated / Math.max(size, 1));
  expect(allocated, 'bytes allocated at once').toBeLessThanOrEqual(4 * size);
  allocated = 0;
}

const COUNTED = ['Float32Array', 'Float64Array', 'Uint8Array', 'Uint16Array', 'Uint32Array', 'Int32Array'] as const;

beforeAll(() => {
  // The table for halves is made once for all files.
  toFloat32('F16', new Uint8Array(2), new Float32Array(1), 0);
  for (const name of COUNTED) {
    const native = globalThis[name];
    const construct = (target: typeof native, args: unknown[]): object => {
      const array: ArrayBufferView = Reflect.construct(target, args);
      if (!(args[0] instanceof ArrayBuffer)) allocated += array.byteLength;
      return array;
    };
    vi.stubGlobal(name, new Proxy(native, { construct }));
  }
});

afterAll(() => {
  vi.unstubAllGlobals();
});

/** Reads copy, as from a disk. */
function copying(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    name: 'x.pth',
    size: bytes.length,
    read: async (start, end) => {
      if (!(start >= 0 && start <= end && end <= bytes.length)) throw new Error(`read of ${start} to ${end}`);
      allocated += end - start;
      return bytes.slice(start, end);
    },
    close: async () => {},
  };
}

/** Returns how it ended; anything but a ConvokeError passes through. */
async function readAll(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  allocated = 0;
  try {
    const reader = await openTensors(copying(bytes));
    handedOver(bytes.length);
    for await (const { shape, data } of reader.read()) {
      expect(data.length).toBe(shape.reduce((size, length) => size * length, 1));
      handedOver(bytes.length);
    }
    return 'read';
  } catch (error) {
    if (!(error instanceof ConvokeError)) throw error;
    handedOver(bytes.length);
    expect(error.message).not.toMatch(/[\r\n]/);
    return error.code;
  }
}

/** Where is a share of the file, so that it is somewhere in a shrunk one too. */
const change = fc.record({
  what: fc.constantFrom('flip', 'set', 'number', 'cut', 'insert', 'copy', 'end'),
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  from: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  value: fc.integer({ min: 0, max: 255 }),
  length: fc.integer({ min: 1, max: 40 }),
});

function changed(
  bytes: Uint8Array<ArrayBuffer>,
  { what, where, from, value, length }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): Uint8Array<ArrayBuffer> {
  const list = [...bytes];
  const at = Math.floor(where * list.length);
  const other = Math.floor(from * list.length);
  if (what === 'flip') list[at]! ^= 1 << (value & 7);
  if (what === 'set') list[at] = value;
  if (what === 'number') for (let i = 0; i < 4 && at + i < list.length; i++) list[at + i] = value > 127 ? 255 : value;
  if (what === 'cut') list.splice(at, length);
  if (what === 'insert') list.splice(at, 0, ...Array.from({ length }, () => value));
  if (what === 'copy') list.splice(at, length, ...list.slice(other, other + length));
  if (what === 'end') list.length = Math.max(1, at);
  return Uint8Array.from(list);
}

describe.skipIf(!hasShared)(`changed files${hasShared ? '' : ` (${SHARED_MISSING})`}`, async () => {
  const folder = 'oracle/data/weights';
  const names = hasShared ? (await readdir(sharedPath(folder)!)).filter((name) => /^(?!bad).*\.pth$/.test(name)) : [];

  it.each(names)('%s', async (name) => {
    const bytes = (await readShared(`${folder}/${name}`))!;
    const ends = new Map<string, number>();
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const end = await readAll(changes.reduce(changed, bytes));
      ends.set(end, (ends.get(end) ?? 0) + 1);
    });
    await fc.assert(property, { numRuns: bytes.length > 100_000 ? 20 : 150, seed: 1998 });
    expect(ends.get('read') ?? 0, 'some changes are harmless').toBeGreaterThan(0);
    expect(ends.get('corrupt_file') ?? 0, 'others are not').toBeGreaterThan(0);
  });

  it('come near the limit nowhere', () => {
    expect(most).toBeGreaterThan(0.5);
    expect(most).toBeLessThan(4);
  });
});

it('pickles of random opcodes', async () => {
  const count = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 ** 40 }));
  const dimension = fc.tuple(count, count);
  const tensor = fc
    .record({ dims: fc.array(dimension, { maxLength: 3 }), offset: count, elements: fc.constantFrom(4, 4, 4, 5) })
    .map(({ dims, offset, elements }) =>
      tensorOps({ shape: dims.map(([size]) => size), strides: dims.map(([, stride]) => stride), offset, elements }),
    );
  const simple = fc
    .oneof(
      fc.constantFrom<Op>(op.mark, op.list, op.dict, op.tuple0, op.tuple1, op.tuple, op.none, op.no),
      fc.constantFrom<Op>(op.append, op.appends, op.setItem, op.setItems, op.reduce, op.build, op.persistent),
      fc.constantFrom<Op>(op.text('w'), op.text('state_dict'), op.global('collections', 'OrderedDict'), op.stackGlobal),
      fc.integer({ min: 0, max: 3 }).map(op.remember),
      fc.integer({ min: 0, max: 3 }).map(op.recall),
      count.map(op.int),
    )
    .map((one) => [one]);
  const item = tensor.map((ops) => [op.text('w'), ...ops, op.setItem]);
  const program = fc.array(fc.oneof(simple, item), { maxLength: 30 });
  const ends = new Map<string, number>();
  const property = fc.asyncProperty(program, async (parts) => {
    const object = [op.dict, ...parts.flat()];
    const end = await readAll(legacyFile(object, object.includes(op.persistent) ? [{ key: '7', elements: 4 }] : []));
    ends.set(end, (ends.get(end) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns: 1500, seed: 1989 });
  expect(ends.get('read')).toBeGreaterThan(0);
});

it.each<[string, number]>([
  ['lists', 0x5d],
  ['dicts', 0x7d],
  ['tuples', 0x29],
  ['marks', 0x28],
  ['nothings', 0x4e],
])('a million %s are refused at once', async (_, opcode) => {
  const file = legacyFile([Array.from({ length: 1_000_000 }, () => opcode)], []);
  expect(await readAll(file)).toBe('corrupt_file');
});
