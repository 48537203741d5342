// The globals that a state dict may mention, and what they stand for here: inert records of storages and tensors.

import { WeightsError } from '../runtime/errors.ts';
import type { Dtype } from './floats.ts';
import { type PickleWorld, Tuple } from './pickle_machine.ts';

/** A run of numbers of the file. `elements` is what the file says it holds. */
export class Storage {
  readonly key: string;
  readonly dtype: Dtype;
  readonly elements: number;

  constructor(key: string, dtype: Dtype, elements: number) {
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
  }
}

/** Files from before PyTorch 0.4 have storages that are parts of others. Offsets and sizes are in elements. */
class Slice {
  readonly root: Storage;
  readonly offset: number;
  readonly elements: number;

  constructor(root: Storage, offset: number, elements: number) {
    this.root = root;
    this.offset = offset;
    this.elements = elements;
  }
}

/** A tensor as the file describes it: its element at `index` is the storage's at offset + sum of index times strides. */
export class View {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly elements: number;
  /** Elements of the storage from the first to the last one used. */
  readonly span: number;

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.elements = shape.reduce((size, length) => size * length, 1);
    const last = shape.reduce((sum, length, i) => sum + (length - 1) * strides[i]!, 0);
    this.span = this.elements === 0 ? 0 : last + 1;
  }
}

/** torch's own limit. */
const MAX_DIMENSIONS = 64;

const STORAGES: Readonly<Record<string, Dtype>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.storage.UntypedStorage': 'U8',
};

type Rebuild = (world: TorchWorld, args: readonly unknown[]) => unknown;

const CALLS: Readonly<Record<string, Rebuild>> = {
  'collections.OrderedDict': (world, args) => world.dict(args),
  'torch._utils._rebuild_tensor': (world, args) => world.tensor(args),
  'torch._utils._rebuild_tensor_v2': (world, args) => world.tensor(args),
  'torch._utils._rebuild_parameter': (world, args) => world.parameter(args),
  'torch.nn.parameter.Parameter': (world, args) => world.parameter(args),
  'torch.Size': (_, args) => args[0],
};

/** A global of the list above; only `name` is known of it. */
class Token {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** One world reads one pickle. */
export class TorchWorld implements PickleWorld {
  readonly storages = new Map<string, Storage>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  global(module: string, name: string): Token {
    // The name that Python 2 had for it, and that protocol 2 still writes.
    const full = `${module === '__builtin__' ? 'builtins' : module}.${name}`;
    if (Object.hasOwn(STORAGES, full) || Object.hasOwn(CALLS, full)) return new Token(full);
    throw new WeightsError(
      'unsupported_format',
      `${this.#name}: it wants ${shown(full)}, and nothing is read but state dicts (save model.state_dict())`,
    );
  }

  call(callee: unknown, args: readonly unknown[]): unknown {
    const rebuild = callee instanceof Token && Object.hasOwn(CALLS, callee.name) ? CALLS[callee.name] : undefined;
    if (rebuild) return rebuild(this, args);
    const what = callee instanceof Token ? callee.name : 'what is no function';
    throw new WeightsError('unsupported_format', `${this.#name}: its pickle calls ${what}`);
  }

  /** A dict's attributes (`_metadata`, the modules' versions) are not used. */
  build(object: unknown, state: unknown): void {
    if (!(object instanceof Map && state instanceof Map)) throw this.#corrupt('gives attributes to what is no dict');
  }

  persistent(id: unknown): Storage | Slice {
    const [kind, type, key, , elements, view] = id instanceof Tuple ? id.items : [];
    if (kind === 'module') throw new WeightsError('unsupported_format', `${this.#name}: it holds a whole module`);
    const dtype = type instanceof Token && Object.hasOwn(STORAGES, type.name) ? STORAGES[type.name] : undefined;
    if (kind !== 'storage' || !dtype || typeof key !== 'string' || !isCount(elements))
      throw this.#corrupt('refers to something that is no storage');
    const storage = this.storages.get(key) ?? new Storage(key, dtype, elements);
    if (storage.dtype !== dtype || storage.elements !== elements)
      throw this.#corrupt(`describes storage ${shown(key)} in two ways`);
    this.storages.set(key, storage);
    return view instanceof Tuple ? this.#slice(storage, view.items) : storage;
  }

  #slice(root: Storage, [, offset, elements]: readonly unknown[]): Slice {
    if (!isCount(offset) || !isCount(elements) || offset + elements > root.elements)
      throw this.#corrupt(`takes a part of storage ${shown(root.key)} that it does not have`);
    return new Slice(root, offset, elements);
  }

  /** Python 2 passes the items, as pairs in a list; Python 3 sets them later. */
  dict([items]: readonly unknown[]): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    for (const pair of Array.isArray(items) ? items : []) {
      const [key, value, ...more] = pair instanceof Tuple ? pair.items : Array.isArray(pair) ? pair : [];
      if (value === undefined || more.length > 0) throw this.#corrupt('makes a dict of what are no pairs');
      map.set(key, value);
    }
    return map;
  }

  /** (storage, offset, size, stride, requires_grad, backward hooks, metadata): the last three of newer files. */
  tensor([storage, offset, size, stride, , , metadata]: readonly unknown[]): View {
    const shape = this.#numbers(size);
    const strides = this.#numbers(stride);
    if (!(storage instanceof Storage || storage instanceof Slice) || !isCount(offset))
      throw this.#corrupt('makes a tensor of no storage');
    if (shape.length !== strides.length)
      throw this.#corrupt(`makes a tensor of shape [${shape}], strides [${strides}]`);
    // Conjugated and negated tensors have their numbers changed when read.
    if (metadata instanceof Map && metadata.size > 0)
      throw new WeightsError('unsupported_format', `${this.#name}: a tensor of it has metadata, which is not read`);
    const [root, start] = storage instanceof Slice ? [storage.root, storage.offset + offset] : [storage, offset];
    const view = new View(root, start, shape, strides);
    if (!Number.isSafeInteger(view.elements) || !(offset + view.span <= storage.elements))
      throw this.#corrupt(`makes a tensor [${shape}] of more than its storage's ${storage.elements} elements`);
    return view;
  }

  parameter([tensor]: readonly unknown[]): View {
    if (!(tensor instanceof View)) throw this.#corrupt('makes a parameter of no tensor');
    return tensor;
  }

  #numbers(value: unknown): readonly number[] {
    const items = value instanceof Tuple ? value.items : value;
    if (!Array.isArray(items) || items.length > MAX_DIMENSIONS || !items.every(isCount))
      throw this.#corrupt('makes a tensor whose shape or strides are no whole numbers');
    return items;
  }

  #corrupt(text: string): WeightsError {
    return new WeightsError('corrupt_file', `${this.#name}: its pickle ${text}`);
  }
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);

/** A name from the file, short and in one line. */
function shown(name: string): string {
  return /^[\w.]{1,80}$/.test(name) ? name : JSON.stringify(name.slice(0, 80));
}
