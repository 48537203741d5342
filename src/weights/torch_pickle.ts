// PyTorch's own files, .pth and .pt, read one tensor at a time. The pickle in them is read as data (pickle.ts) with a list of
// the globals that a state dict needs (torch_world.ts); a file that wants anything else is refused by that name.

import { WeightsError } from '../runtime/errors.ts';
import { type ByteSource, DETECT_BYTES, detectFormat } from './bytes.ts';
import type { TensorReader } from './tensors.ts';
import type { TorchFile } from './torch_file.ts';
import { readTorchLegacy } from './torch_legacy.ts';
import { checkSize, readView } from './torch_tensor.ts';
import { View } from './torch_world.ts';
import { readTorchZip } from './torch_zip.ts';

/** Where training scripts put the state dict. */
const PLACES = ['state_dict', 'model', 'model_state_dict'];
const PARALLEL_PREFIX = 'module.';

/** Files of the layout before PyTorch 0.1.10, and the same weights saved again. */
const SAVED_AGAIN: Readonly<Record<string, string>> = {
  'resnet18-5c106cde.pth': 'resnet18-f37072fd.pth',
  'resnet34-333f7ec4.pth': 'resnet34-b627a593.pth',
  'resnet50-19c8e357.pth': 'resnet50-0676ba61.pth',
};

/**
 * Opens a .pth file, of either layout, that holds a state dict: at its top, or under `state_dict`, `model` or
 * `model_state_dict`. Names lose the `module.` that torch.nn.DataParallel puts in front of all of them. Takes over `source`:
 * `close` closes it, and so does a file that is refused.
 * Throws WeightsError: `corrupt_file`; `unsupported_format` for what is no state dict, naming the global that it wants.
 */
export async function openTorch(source: ByteSource): Promise<TensorReader> {
  try {
    const file = await readFile(source);
    return reader(source, file, namedViews(file.root, source));
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function readFile(source: ByteSource): Promise<TorchFile> {
  const format = detectFormat(await source.read(0, Math.min(DETECT_BYTES, source.size)));
  if (format === 'zip') return readTorchZip(source);
  if (format === 'pickle') return readTorchLegacy(source);
  if (format === 'tar') {
    const base = source.name.slice(Math.max(source.name.lastIndexOf('/'), source.name.lastIndexOf('\\')) + 1);
    const newer =
      SAVED_AGAIN[base] ?? 'the newer file of the same weights (resnet18-f37072fd.pth for resnet18-5c106cde.pth)';
    throw new WeightsError(
      'unsupported_format',
      `${source.name}: the tar layout of PyTorch before 0.1.10, which is not read; use ${newer}`,
    );
  }
  throw new WeightsError('corrupt_file', `${source.name}: not a PyTorch file`);
}

function reader(source: ByteSource, file: TorchFile, views: ReadonlyMap<string, View>): TensorReader {
  return {
    tensors: [...views].map(
      ([
        name,
        {
          shape,
          storage: { dtype },
        },
      ]) => ({ name, dtype, shape }),
    ),
    async *read(names) {
      for (const [name, view] of views)
        if (!names || names.has(name)) yield { name, shape: view.shape, data: await readView(source, file, view) };
    },
    close: () => source.close(),
  };
}

function namedViews(root: unknown, source: ByteSource): Map<string, View> {
  const unsupported = (text: string): WeightsError =>
    new WeightsError('unsupported_format', `${source.name}: ${text}; save model.state_dict()`);
  if (!(root instanceof Map)) throw unsupported('it holds no state dict');
  const place = isState(root) ? undefined : PLACES.find((key) => root.get(key) instanceof Map);
  const state = place === undefined ? root : root.get(place);
  const views = new Map<string, View>();
  const where = place === undefined ? 'its state dict' : place;
  let elements = 0;
  for (const [key, value] of state) {
    if (typeof key !== 'string') throw unsupported(`a key of ${where} is no text`);
    const name = key.length > 200 ? `${key.slice(0, 200)}...` : key;
    if (!(value instanceof View)) throw unsupported(`${JSON.stringify(name)} in ${where} is no tensor`);
    checkSize(value, JSON.stringify(name), source);
    elements += value.elements;
    views.set(key, value);
  }
  // Tensors may share a storage; but thousands that all do would take forever to read.
  if (elements > 4 * source.size)
    throw new WeightsError(
      'corrupt_file',
      `${source.name}: its tensors have ${elements} elements in ${source.size} bytes`,
    );
  if (views.size === 0 || ![...views.keys()].every((name) => name.startsWith(PARALLEL_PREFIX))) return views;
  return new Map([...views].map(([name, view]) => [name.slice(PARALLEL_PREFIX.length), view]));
}

const isState = (map: ReadonlyMap<unknown, unknown>): boolean =>
  [...map.values()].every((value) => value instanceof View);
