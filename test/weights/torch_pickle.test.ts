// PyTorch's files: every good one of the oracle equals what torch reads, every bad one is refused by name.
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ConvokeError } from '../../src/runtime/errors.ts';
import { type ByteSource, bytesSource } from '../../src/weights/bytes.ts';
import { openPath } from '../../src/weights/open_path.node.ts';
import { openTensors } from '../../src/weights/open_weights.ts';
import { renamed } from '../../src/weights/rename.ts';
import { openTorch } from '../../src/weights/torch_pickle.ts';
import { hasShared, readShared, SHARED_MISSING, sharedJson, sharedPath } from '../support/shared.ts';
import { legacyFile, type Op, op, tensorOps } from '../support/torch_files.ts';

interface Expected {
  readonly files: Record<
    string,
    {
      readonly refuse?: boolean;
      readonly why?: string;
      readonly renamed?: Record<string, string>;
      readonly tensors: Record<string, { dtype: string; shape: number[]; data: number[] }>;
    }
  >;
}

const FOLDER = 'oracle/data/weights';
const DTYPES: Record<string, string> = {
  ...{ float64: 'F64', float32: 'F32', float16: 'F16', bfloat16: 'BF16' },
  ...{ int64: 'I64', int32: 'I32', int16: 'I16', int8: 'I8', uint8: 'U8', bool: 'BOOL' },
};
const source = async (file: string): Promise<ByteSource> => bytesSource((await readShared(`${FOLDER}/${file}`))!, file);

describe.skipIf(!hasShared)(`the oracle's files${hasShared ? '' : ` (${SHARED_MISSING})`}`, async () => {
  const { files } = hasShared ? (await sharedJson<Expected>(`${FOLDER}/expected.json`))! : { files: {} };
  const named = Object.entries(files).filter(([name]) => name.endsWith('.pth'));

  it.each(named.filter(([, { refuse }]) => !refuse))('%s is read bit for bit, in order', async (file, { tensors }) => {
    const reader = await openTensors(await openPath(sharedPath(`${FOLDER}/${file}`)!));
    const infos = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype: DTYPES[dtype], shape }));
    expect(reader.tensors).toEqual(infos);
    let read = 0;
    for await (const { name, shape, data } of reader.read()) {
      expect(name).toBe(infos[read++]!.name);
      expect(shape).toEqual(tensors[name]!.shape);
      expect(data, name).toEqual(Float32Array.from(tensors[name]!.data));
    }
    expect(read).toBe(infos.length);
    await reader.close();
  });

  /** A pickle is never refused without the name of what it wanted. */
  const refusals: Record<string, { code: string; message: RegExp }> = {
    'bad-global-zip.pth': { code: 'unsupported_format', message: /builtins\.print/ },
    'bad-global-legacy.pth': { code: 'unsupported_format', message: /builtins\.print/ },
    'bad-global-os.pth': { code: 'unsupported_format', message: /posix\.getcwd/ },
    'bad-getattr.pth': { code: 'unsupported_format', message: /builtins\.getattr/ },
    'bad-whole-module.pth': { code: 'unsupported_format', message: /torch\.nn\.modules\.container\.Sequential/ },
    'bad-truncated-zip.pth': { code: 'corrupt_file', message: /cut short/ },
    'bad-truncated-legacy.pth': { code: 'corrupt_file', message: /cut short/ },
    'bad-html.pth': { code: 'corrupt_file', message: /HTML/ },
    'bad-magic.pth': { code: 'unsupported_format', message: /not one that torch\.save wrote/ },
  };

  it.each(named.filter(([, { refuse }]) => refuse))('%s is refused and closed', async (file) => {
    const bytes = await source(file);
    let closed = 0;
    const watched: ByteSource = { ...bytes, close: async () => void closed++ };
    const { code, message } = refusals[file]!;
    await expect(openTensors(watched)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(closed).toBe(1);
  });

  it('has no file that this test does not know', async () => {
    const pth = (await readdir(sharedPath(FOLDER)!)).filter((file) => file.endsWith('.pth')).sort();
    expect(pth).toEqual(named.map(([file]) => file).sort());
  });

  it("gives densenet's old names the new form", async () => {
    const { renamed: names } = files['densenet-names-legacy.pth']!;
    const old = '^(.*denselayer\\d+\\.(?:norm|relu|conv))\\.([12]\\.(?:weight|bias|running_mean|running_var))$';
    const reader = await openTorch(await source('densenet-names-legacy.pth'));
    const found = await renamed(reader, { rename: [[old, '$1$2']] }, 'x');
    expect(found.tensors.map(({ name }) => name)).toEqual(Object.values(names!));
  });

  it('reads the tensors asked for, and of a file only the bytes they need', async () => {
    const inner = await source('many-zip.pth');
    let bytes = 0;
    const counted: ByteSource = {
      ...inner,
      read: (start, end) => inner.read(start, end).finally(() => (bytes += end - start)),
    };
    const reader = await openTorch(counted);
    bytes = 0;
    const names = new Set(['layer7.weight', 'layer1099.weight', 'none']);
    const found = [];
    for await (const { name } of reader.read(names)) found.push(name);
    expect(found).toEqual(['layer7.weight', 'layer1099.weight']);
    expect(bytes).toBe(2 * (30 + 12)); // the record's own header, and three numbers
  });
});

it.each(['resnet18-5c106cde.pth', 'old.pth'])(
  'a tar file is refused with the name of a newer one (%s)',
  async (name) => {
    const bytes = new Uint8Array(2048);
    bytes.set(new TextEncoder().encode('storages'));
    bytes.set(new TextEncoder().encode('ustar'), 257);
    await expect(openTensors(bytesSource(bytes, `/there/${name}`))).rejects.toMatchObject({
      code: 'unsupported_format',
      message: expect.stringMatching(/resnet18-f37072fd\.pth/),
    });
  },
);

describe('what torch does not write', () => {
  const storages = [{ key: '7', elements: 4 }];
  const load = (object: readonly Op[]): Promise<unknown> =>
    openTorch(bytesSource(legacyFile(object, object.includes(op.persistent) ? storages : []), 'x.pth'));
  const state = (...value: Op[]): Op[] => [op.dict, op.text('w'), ...value, op.setItem];

  it('the same files by hand are read', async () => {
    const reader = await openTorch(
      bytesSource(legacyFile(state(...tensorOps({ shape: [2, 2], strides: [1, 2] })), storages)),
    );
    for await (const { shape, data } of reader.read())
      expect([shape, [...data]]).toEqual([
        [2, 2],
        [0, 2, 1, 3],
      ]);
    expect(reader.tensors).toEqual([{ name: 'w', dtype: 'F32', shape: [2, 2] }]);
  });

  it('reads the parts of storages that files from before 0.4 have, and the dicts of Python 2', async () => {
    const tensor = tensorOps({ shape: [2], strides: [1], view: ['70', 1, 3], rebuild: '_rebuild_tensor', offset: 1 });
    const pair = [op.list, op.list, op.mark, op.latin1('w'), ...tensor, op.appends, op.append];
    const dict = [op.global('collections', 'OrderedDict'), ...pair, op.tuple1, op.reduce];
    const reader = await openTorch(bytesSource(legacyFile(dict, storages)));
    expect(reader.tensors).toEqual([{ name: 'w', dtype: 'F32', shape: [2] }]);
    for await (const { data } of reader.read()) expect([...data]).toEqual([2, 3]);
  });

  const repeat = (part: readonly Op[], times: number): Op[] => Array.from({ length: times }, () => part).flat();
  it.each<[string, Op[], string, RegExp]>([
    [
      'a function',
      [op.global('os', 'system'), op.text('true'), op.tuple1, op.reduce],
      'unsupported_format',
      /os\.system/,
    ],
    ['a name with line breaks', [op.text('a\nb'), op.text('c'), op.stackGlobal], 'unsupported_format', /"a\\nb\.c"/],
    [
      'a name of the language',
      [op.text('constructor'), op.text('x'), op.stackGlobal],
      'unsupported_format',
      /constructor/,
    ],
    [
      'a call of a storage',
      [op.global('torch', 'FloatStorage'), op.tuple0, op.reduce],
      'unsupported_format',
      /FloatStorage/,
    ],
    ['a call of text', [op.text('x'), op.tuple0, op.reduce], 'unsupported_format', /no function/],
    ['a persistent id that is no storage', [op.text('x'), op.persistent], 'corrupt_file', /no storage/],
    ['no dict', [op.list], 'unsupported_format', /no state dict/],
    ['a dict with a number', state(op.int(3)), 'unsupported_format', /"w" in its state dict is no tensor/],
    [
      'a dict without text',
      [op.dict, op.int(1), ...tensorOps({ shape: [1], strides: [1] }), op.setItem],
      'unsupported_format',
      /no text/,
    ],
    ['attributes for a list', [op.list, op.dict, op.build], 'corrupt_file', /attributes/],
    ['a stack that is empty', [op.tuple1], 'corrupt_file', /than is there/],
    ['a mark that is taken for a value', [op.int(1), op.mark, op.tuple1], 'corrupt_file', /than is there/],
    ['an end without a start', [op.appends], 'corrupt_file', /without its start/],
    ['a key without a value', [op.dict, op.mark, op.int(1), op.setItems], 'corrupt_file', /without a value/],
    ['what was never stored', [op.recall(5)], 'corrupt_file', /recalls 5/],
    ['marks without end', repeat([op.mark], 300), 'corrupt_file', /limit of 200 \(marks\)/],
    ['another protocol', [[0x80, 5]], 'unsupported_format', /protocol 5/],
    ['an opcode of protocol 0', [[0x70]], 'unsupported_format', /0x70/],
    ['a size below zero', state(...tensorOps({ shape: [-1], strides: [1] })), 'corrupt_file', /no whole numbers/],
    ['a stride below zero', state(...tensorOps({ shape: [2], strides: [-1], offset: 3 })), 'corrupt_file', /no whole/],
    ['a size too many', state(...tensorOps({ shape: [5], strides: [1] })), 'corrupt_file', /its storage's 4 elements/],
    ['an offset too far', state(...tensorOps({ shape: [4], strides: [1], offset: 1 })), 'corrupt_file', /4 elements/],
    ['a stride too wide', state(...tensorOps({ shape: [3], strides: [2] })), 'corrupt_file', /4 elements/],
    ['strides that are missing', state(...tensorOps({ shape: [2, 2], strides: [2] })), 'corrupt_file', /strides \[2\]/],
    ['one number repeated', state(...tensorOps({ shape: [1e9], strides: [0] })), 'corrupt_file', /four times the file/],
    [
      'sizes past all numbers',
      state(...tensorOps({ shape: [2e9, 2e9, 2e9], strides: [0, 0, 0] })),
      'corrupt_file',
      /more than/,
    ],
    [
      'a storage in two lengths',
      [...tensorOps({ shape: [1], strides: [1] }), ...state(...tensorOps({ shape: [1], strides: [1], elements: 5 }))],
      'corrupt_file',
      /two ways/,
    ],
    [
      'a storage that is not there',
      state(...tensorOps({ shape: [1], strides: [1], key: '8' })),
      'corrupt_file',
      /list of storages/,
    ],
    [
      'a part outside its storage',
      state(...tensorOps({ shape: [1], strides: [1], view: ['1', 2, 3] })),
      'corrupt_file',
      /does not have/,
    ],
  ])('refuses %s', async (_, object, code, message) => {
    await expect(load(object)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('finds the state dict in a checkpoint, and nowhere else', async () => {
    const inner = state(...tensorOps({ shape: [4], strides: [1] }));
    for (const key of ['state_dict', 'model', 'model_state_dict']) {
      const file = legacyFile(
        [op.dict, op.text('epoch'), op.int(3), op.setItem, op.text(key), ...inner, op.setItem],
        storages,
      );
      expect((await openTorch(bytesSource(file))).tensors).toMatchObject([{ name: 'w' }]);
    }
    await expect(load([op.dict, op.text('ema'), ...inner, op.setItem])).rejects.toThrow(/"ema" in its state dict/);
  });

  it('counts memory: thousands of tensors over one storage are refused', async () => {
    const each = (i: number): Op[] => [op.text(`w${i}`), op.recall(1), op.setItem];
    const many = Array.from({ length: 400 }, (_, i) => each(i)).flat();
    const shared = [...tensorOps({ shape: [1000], strides: [0] }), op.remember(1)];
    const file = legacyFile([op.dict, op.text('w'), ...shared, op.setItem, ...many], storages);
    const error = await openTorch(bytesSource(file, 'x.pth')).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConvokeError);
    expect(error).toMatchObject({
      code: 'corrupt_file',
      message: expect.stringMatching(/its tensors have 401000 elements/),
    });
  });
});
