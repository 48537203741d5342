// The reader and the writer against each other, against the oracle's files and against hostile headers.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConvokeError, WeightsError } from '../../src/runtime/errors.ts';
import { stateReader } from '../../src/weights/bind.ts';
import { type ByteSource, bytesSource, DETECT_BYTES } from '../../src/weights/bytes.ts';
import { files } from '../../src/weights/files.node.ts';
import { openPath } from '../../src/weights/open_path.node.ts';
import { openSafetensors } from '../../src/weights/safetensors.ts';
import { readHeader } from '../../src/weights/safetensors_header.ts';
import type { NamedTensor, StateDict, TensorReader } from '../../src/weights/tensors.ts';
import { type WriteOptions, writeSafetensors } from '../../src/weights/write_safetensors.ts';
import { hasShared, readShared, SHARED_MISSING, sharedJson, sharedPath } from '../support/shared.ts';

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: number[][] = [];
  for await (const chunk of chunks) parts.push([...chunk]);
  return Uint8Array.from(parts.flat());
}

const write = (tensors: TensorReader | StateDict, options?: WriteOptions): Promise<Uint8Array<ArrayBuffer>> =>
  joined(writeSafetensors(tensors, options));

async function readAll(reader: TensorReader): Promise<NamedTensor[]> {
  const all: NamedTensor[] = [];
  for await (const tensor of reader.read()) all.push(tensor);
  return all;
}

const bits = ({ buffer, byteOffset, length }: Float32Array) => [...new Uint32Array(buffer, byteOffset, length)];

/** A file with this header (text, or an object) and `data` zero bytes. */
function fileWith(header: unknown, data = 0): ByteSource {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytesSource(bytes, 'x.safetensors');
}

const f32 = (shape: unknown, start: unknown, end: unknown): unknown => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
});

describe('what is refused', () => {
  const corrupt: [string, ByteSource, RegExp][] = [
    ['nothing at all', bytesSource(new Uint8Array(0), 'x'), /0 bytes are too few/],
    ['a length and no header', bytesSource(new Uint8Array(8), 'x'), /does not start with "\{"/],
    ['a header longer than the file', longer(), /said to take 1000 bytes/],
    ['a header that is a list', fileWith('[]'), /does not start with/],
    ['a byte order mark', fileWith('\ufeff{}'), /does not start with/],
    ['broken JSON', fileWith('{"a":'), /not JSON/],
    ['a name twice', fileWith('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{}}'), /"a" twice/],
    ['a field twice', fileWith('{"a":{"dtype":"F32","dtype":"F32"}}'), /"dtype" twice/],
    ['a name spelt in two ways twice', fileWith('{"a":1,"\\u0061":2}'), /"a" twice/],
    ['half a character as a name', fileWith('{"\\ud800":{}}'), /not Unicode/],
    ['metadata that is no text', fileWith({ __metadata__: { a: 1 } }), /__metadata__/],
    ['an entry that is a number', fileWith({ a: 1 }), /tensor a: its entry/],
    ['no dtype', fileWith({ a: { shape: [] } }), /tensor a: no dtype/],
    ['a negative length', fileWith({ a: f32([-1], 0, 4) }, 4), /tensor a: its shape/],
    ['a fractional length', fileWith({ a: f32([0.5], 0, 2) }, 2), /tensor a: its shape/],
    ['a shape that overflows', fileWith({ a: f32([2 ** 30, 2 ** 30], 0, 4) }, 4), /too large/],
    ['one that hides behind a zero', fileWith({ a: f32([2 ** 30, 2 ** 30, 0], 0, 0) }), /too large/],
    ['offsets of another size', fileWith({ a: f32([2], 0, 4) }, 4), /takes 8 bytes, its range 0\.\.4/],
    ['offsets backwards', fileWith({ a: f32([1], 4, 0) }, 4), /its range 4\.\.0/],
    ['offsets past the end', fileWith({ a: f32([2], 0, 8) }, 4), /passes the end of the data, 4 bytes/],
    ['three offsets', fileWith({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, 8), /data_offsets/],
    ['an overlap', fileWith({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /tensor b starts at byte 4 .*expected 8/],
    ['a hole', fileWith({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /tensor b starts at byte 8 .*expected 4/],
    ['bytes left over', fileWith({ a: f32([1], 0, 4) }, 5), /take 4 bytes, the file holds 5/],
    ['an HTML page', bytesSource(new TextEncoder().encode('\n<!DOCTYPE html><html></html>'), 'x'), /an HTML page/],
  ];

  function longer(): ByteSource {
    const bytes = new Uint8Array(16);
    bytes.set([0xe8, 3, 0, 0, 0, 0, 0, 0, 0x7b]);
    return bytesSource(bytes, 'x');
  }

  it.each(corrupt)('%s', async (_what, source, message) => {
    await expect(openSafetensors(source)).rejects.toMatchObject({
      code: 'corrupt_file',
      message: expect.stringMatching(message),
    });
  });

  it('a header that is not UTF-8', async () => {
    const bytes = new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d]);
    await expect(openSafetensors(bytesSource(bytes))).rejects.toThrow(/not UTF-8/);
  });

  it('a header over 100 MB, without reading it', async () => {
    const prefix = new Uint8Array([0, 0x10, 0, 0x06, 0, 0, 0, 0]);
    const source: ByteSource = {
      name: 'big',
      size: 2 ** 30,
      close: async () => {},
      read: async (start, end) => {
        expect(end).toBeLessThanOrEqual(DETECT_BYTES);
        const bytes = new Uint8Array(end);
        bytes.set(prefix);
        bytes[8] = 0x7b;
        return bytes.slice(start);
      },
    };
    await expect(openSafetensors(source)).rejects.toThrow(/100667392 bytes, the limit is 100000000/);
  });

  it('dtypes that have no exact meaning here', async () => {
    for (const dtype of ['F8_E4M3', 'F8_E5M2', 'U16', 'U32', 'U64', 'C64', 'toString'])
      await expect(openSafetensors(fileWith({ w: { dtype, shape: [0], data_offsets: [0, 0] } }))).rejects.toMatchObject(
        { code: 'unsupported_dtype', message: expect.stringContaining(dtype) },
      );
  });

  it('names that only look special are names', async () => {
    const source = fileWith(
      '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"2":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},"1":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}',
      4,
    );
    expect((await openSafetensors(source)).tensors.map(({ name }) => name)).toEqual(['__proto__', '2', '1']);
  });

  it('a source is closed when its header is refused', async () => {
    let closed = 0;
    const source = { ...fileWith('[]'), close: async () => void closed++ };
    await expect(openSafetensors(source)).rejects.toThrow(WeightsError);
    expect(closed).toBe(1);
  });
});

describe('the writer', () => {
  const names = fc.uniqueArray(fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat(20).map(String)), { maxLength: 6 });
  const safe = names.map((list) =>
    list.filter((name) => name !== '__proto__' && name !== '__metadata__' && !/num_batches_tracked$/.test(name)),
  );
  const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
    const elements = shape.reduce((a, b) => a * b, 1);
    return fc.float32Array({ minLength: elements, maxLength: elements }).map((data) => ({ shape, data }));
  });

  it('gives back every bit, name and shape, in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        safe.chain((list) => fc.tuple(...list.map((name) => tensor.map((value) => [name, value] as const)))),
        async (entries) => {
          const dict: StateDict = Object.fromEntries(entries);
          const bytes = await write(dict);
          expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
          const reader = await openSafetensors(bytesSource(bytes));
          expect(reader.tensors.map(({ name, shape }) => [name, shape])).toEqual(
            Object.entries(dict).map(([name, { shape }]) => [name, shape]),
          );
          for (const { name, data } of await readAll(reader)) expect(bits(data)).toEqual(bits(dict[name]!.data));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads numbers where they lie, and copies those that begin between two', async () => {
    const dict = { a: { shape: [3], data: new Float32Array([1, -2, 0.5]) } };
    const bytes = await write(dict);
    for (const before of [0, 1, 2, 3]) {
      const moved = new Uint8Array(bytes.length + before).subarray(before);
      moved.set(bytes);
      const [tensor] = await readAll(await openSafetensors(bytesSource(moved)));
      expect(bits(tensor!.data)).toEqual(bits(dict.a.data));
      expect(tensor!.data.buffer === moved.buffer, `${before} bytes before them`).toBe(before === 0);
    }
  });

  it('lays a file out as the reference writer does', async () => {
    const dict = {
      a: { shape: [2], data: new Float32Array([1, -2]) },
      b: { shape: [], data: new Float32Array([0.5]) },
    };
    const bytes = await write(dict, { metadata: { format: 'pt' } });
    const header =
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
    expect([...new Float32Array(bytes.slice(8 + padded.length).buffer)]).toEqual([1, -2, 0.5]);
    expect((await readHeader(bytesSource(bytes))).metadata).toEqual({ format: 'pt' });
  });

  it('writes halves, and refuses to make a finite number infinite', async () => {
    const dict = { 'fc.weight': { shape: [3], data: new Float32Array([1 / 3, 65504, -0]) } };
    for (const dtype of ['F16', 'BF16'] as const) {
      const reader = await openSafetensors(bytesSource(await write(dict, { dtype })));
      expect(reader.tensors[0]!.dtype).toBe(dtype);
      const again = await openSafetensors(bytesSource(await write(reader, { dtype })));
      expect(await readAll(again)).toEqual(await readAll(reader));
    }
    const large = { 'fc.weight': { shape: [2], data: new Float32Array([Number.POSITIVE_INFINITY, 65520]) } };
    await expect(write(large, { dtype: 'F16' })).rejects.toThrow(/fc\.weight: element 1, 65520, does not fit F16/);
    const byName = await write(
      { ...dict, b: { shape: [1], data: new Float32Array([1]) } },
      {
        dtype: (name) => (name === 'b' ? 'F32' : 'F16'),
      },
    );
    expect((await openSafetensors(bytesSource(byName))).tensors.map(({ dtype }) => dtype)).toEqual(['F16', 'F32']);
  });

  it('keeps batch norm counters whole whatever the rest is stored as', async () => {
    const dict = { 'bn.num_batches_tracked': { shape: [], data: new Float32Array([100001]) } };
    const reader = await openSafetensors(bytesSource(await write(dict, { dtype: 'F16' })));
    expect(reader.tensors[0]!.dtype).toBe('I64');
    expect((await readAll(reader))[0]!.data[0]).toBe(100001);
  });

  it('reaches the disk whole or not at all', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'convoke-test-'));
    const path = join(folder, 'new', 'mine.safetensors');
    const dict = { a: { shape: [1], data: new Float32Array([70000]) } };
    await expect(files.writeFile(path, writeSafetensors(dict, { dtype: 'F16' }))).rejects.toThrow(/does not fit/);
    expect(await readdir(join(folder, 'new'))).toEqual([]);
    await files.writeFile(path, writeSafetensors(dict));
    expect(await readdir(join(folder, 'new'))).toEqual(['mine.safetensors']);
    const reader = await openSafetensors(await openPath(path));
    expect((await readAll(reader))[0]!.data[0]).toBe(70000);
    await reader.close();
    await expect(files.writeFile(join(path, 'below'), writeSafetensors(dict))).rejects.toMatchObject({
      code: 'missing_file',
      message: expect.stringMatching(/below cannot be written/),
    });
    await rm(folder, { recursive: true });
  });

  it('refuses a reader that does not keep its word', async () => {
    const reader = stateReader({ a: { shape: [1], data: new Float32Array(1) } });
    await expect(write({ ...reader, tensors: [] })).rejects.toThrow(/a came where no more was expected/);
    await expect(write({ ...reader, async *read() {} })).rejects.toThrow(/a was listed, it did not come/);
  });
});

it('a mutated file is read or refused, and never asks for bytes beyond its end', async () => {
  const good = await write({
    'conv.weight': { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => i) },
    'conv.bias': { shape: [2], data: new Float32Array(2) },
  });
  const headerEnd = 8 + new DataView(good.buffer).getUint32(0, true);
  const mutation = fc.tuple(fc.nat(headerEnd - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.nat(good.length),
      async (mutations, cut) => {
        const bytes = good.slice(0, cut % 3 === 0 ? cut : good.length);
        for (const [at, value] of mutations) if (at < bytes.length) bytes[at] = value;
        const inner = bytesSource(bytes);
        const source: ByteSource = {
          ...inner,
          read: (start, end) => {
            expect(end).toBeLessThanOrEqual(bytes.length);
            return inner.read(start, end);
          },
        };
        try {
          for (const { data } of await readAll(await openSafetensors(source)))
            expect(data.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ConvokeError);
        }
      },
    ),
    { numRuns: 1500 },
  );
});

describe('the oracle', () => {
  beforeEach((context) => {
    if (!hasShared) context.skip(SHARED_MISSING);
  });

  type Expected = {
    files: Record<string, { tensors: Record<string, { dtype: string; shape: number[]; data: number[] }> }>;
  };

  it.each(['dtypes.safetensors', 'state.safetensors'])('%s is read bit for bit', async (file) => {
    const expected = (await sharedJson<Expected>('oracle/data/weights/expected.json'))!.files[file]!.tensors;
    const bytes = await readShared(`oracle/data/weights/${file}`);
    const found = await readAll(await openSafetensors(bytesSource(bytes!)));
    expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
    for (const { name, shape, data } of found) {
      expect(shape).toEqual(expected[name]!.shape);
      expect(data, name).toEqual(Float32Array.from(expected[name]!.data));
    }
  });

  it('the broken files are refused', async () => {
    const open = async (file: string): Promise<unknown> =>
      openSafetensors(bytesSource((await readShared(`oracle/data/weights/${file}`))!, file)).catch((error) => error);
    for (const file of ['bad-header-length', 'bad-truncated', 'bad-offsets'])
      expect(await open(`${file}.safetensors`)).toMatchObject({ code: 'corrupt_file' });
    expect(await open('bad-html.pth')).toMatchObject({ code: 'corrupt_file', message: expect.stringMatching(/HTML/) });
    for (const file of [
      'state-zip.pth',
      'state-legacy.pth',
      'dtypes-legacy.pth',
      'big-endian-zip.pth',
      'protocol4-zip.pth',
    ])
      expect(await open(file)).toMatchObject({
        code: 'unsupported_format',
        message: expect.stringMatching(/a PyTorch file \((zip|pickle)\), safetensors was expected/),
      });
  });

  it('a real resnet18 is read from the disk', async () => {
    const reader = await openSafetensors(await openPath(sharedPath('data/hub/resnet18-8ff0dcbe.safetensors')!));
    expect(reader.tensors).toHaveLength(102); // the 122 of torchvision without its 20 batch counters
    const only = new Set(['fc.weight', 'bn1.running_var']);
    const read: NamedTensor[] = [];
    for await (const tensor of reader.read(only)) read.push(tensor);
    expect(read.map(({ name }) => name).sort()).toEqual([...only].sort());
    expect(read.find(({ name }) => name === 'fc.weight')!.shape).toEqual([1000, 512]);
    for (const { data } of read) expect(data.every(Number.isFinite)).toBe(true);
    await reader.close();
    await reader.close();
  });
});
