// Pickles by hand: files of PyTorch's older layout with whatever in them.

export type Op = readonly number[];

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];
const word = (value: number): number[] => [
  value & 255,
  (value >>> 8) & 255,
  (value >>> 16) & 255,
  (value >>> 24) & 255,
];

/** A LONG1 where an int32 cannot hold it. */
function int(value: number): Op {
  if ((value | 0) === value) return [0x4a, ...word(value)];
  const bytes = Array.from({ length: 8 }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));
  return [0x8a, 8, ...bytes];
}

export const op = {
  mark: [0x28],
  list: [0x5d],
  append: [0x61],
  appends: [0x65],
  dict: [0x7d],
  setItem: [0x73],
  setItems: [0x75],
  tuple0: [0x29],
  tuple1: [0x85],
  tuple: [0x74],
  reduce: [0x52],
  build: [0x62],
  persistent: [0x51],
  stackGlobal: [0x93],
  none: [0x4e],
  no: [0x89],
  int,
  text: (text: string): Op => [0x58, ...word(utf8(text).length), ...utf8(text)],
  latin1: (text: string): Op => [0x55, text.length, ...utf8(text)],
  global: (module: string, name: string): Op => [0x63, ...utf8(`${module}\n${name}\n`)],
  remember: (key: number): Op => [0x71, key],
  recall: (key: number): Op => [0x68, key],
} as const;

const tuple = (...items: readonly Op[]): Op[] => [op.mark, ...items, op.tuple];

export interface TensorOps {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset?: number;
  readonly key?: string;
  readonly elements?: number;
  readonly view?: readonly [key: string, offset: number, elements: number];
  readonly rebuild?: string;
}

/** A float32 tensor over storage `key`. */
export function tensorOps({ shape, strides, offset = 0, key = '7', elements = 4, view, rebuild }: TensorOps): Op[] {
  const part = view ? tuple(op.text(view[0]), op.int(view[1]), op.int(view[2])) : [op.none];
  const type = op.global('torch', 'FloatStorage');
  const id = tuple(op.text('storage'), type, op.text(key), op.text('cpu'), op.int(elements), ...part);
  const sizes = [...tuple(...shape.map(op.int)), ...tuple(...strides.map(op.int))];
  const hooks = [op.global('collections', 'OrderedDict'), op.tuple0, op.reduce];
  const function_ = rebuild ?? '_rebuild_tensor_v2';
  const more = rebuild ? [] : [op.no, ...hooks];
  const args = tuple(...id, op.persistent, op.int(offset), ...sizes, ...more);
  return [op.global('torch._utils', function_), ...args, op.reduce];
}

/** A file of the older layout whose object is `object`; each storage holds 0, 1, 2, ... */
export function legacyFile(
  object: readonly Op[],
  storages: readonly { readonly key: string; readonly elements: number }[],
): Uint8Array<ArrayBuffer> {
  const pickle = (...ops: readonly Op[]): number[] => [0x80, 2, ...ops.flat(), 0x2e];
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
  const keys = storages.flatMap(({ key }) => [op.text(key), op.append]);
  const system = [op.dict, op.text('little_endian'), [0x88], op.setItem];
  const data = storages.flatMap(({ elements }) => {
    const numbers = new Uint8Array(Float32Array.from({ length: elements }, (_, i) => i).buffer);
    return [...word(elements), 0, 0, 0, 0, ...numbers];
  });
  const head = [pickle(magic), pickle(op.int(1001)), pickle(...system), pickle(...object), pickle(op.list, ...keys)];
  return Uint8Array.from([...head.flat(), ...data]);
}
