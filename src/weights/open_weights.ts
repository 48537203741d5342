// Weights that a caller brings along: a path, an address, bytes, or a state dict.

import { files } from '#files';
import { HubError, UsageError } from '../runtime/errors.ts';
import { stateReader } from './bind.ts';
import { type ByteSource, blobSource, bytesSource, DETECT_BYTES, detectFormat } from './bytes.ts';
import { isOffline } from './cache.ts';
import { type DownloadOptions, download } from './download.ts';
import { shown, WAYS_OUT } from './http.ts';
import { openSafetensors } from './safetensors.ts';
import { cacheName, memoryPart } from './store.ts';
import type { StateDict, TensorReader } from './tensors.ts';
import { openTorch } from './torch_pickle.ts';

/** What `load(name, { weights })` takes. A string is a path or URL in Node, a URL relative to the page in browsers. */
export type WeightsInput = string | URL | Blob | Uint8Array | ArrayBuffer | StateDict | ByteSource;

export interface OpenOptions extends DownloadOptions {
  readonly offline?: boolean;
}

/**
 * Opens weights for reading; the caller closes the reader. A file is safetensors or PyTorch's, told apart by its content.
 * An address is downloaded into memory, not into the cache, as
 * nothing says what its content should be.
 * Throws WeightsError (`missing_file`, `corrupt_file`, `unsupported_format`, `unsupported_dtype`, `weights_mismatch`),
 * HubError for downloads, UsageError `invalid_argument` for anything else.
 */
export async function openTensors(input: WeightsInput, options: OpenOptions = {}): Promise<TensorReader> {
  if (typeof input === 'string' || input instanceof URL) return openFile(await openAddress(input, options));
  if (input instanceof Blob) return openFile(blobSource(input));
  if (input instanceof ArrayBuffer) return openFile(bytesSource(new Uint8Array(input)));
  if (input instanceof Uint8Array) return openFile(bytesSource(unshared(input)));
  if (typeof input !== 'object' || input === null)
    throw new UsageError('invalid_argument', `weights: expected a path, URL, Blob, bytes or state dict, got ${input}`);
  return isSource(input) ? openFile(input) : stateReader(input);
}

async function openFile(source: ByteSource): Promise<TensorReader> {
  const head = await source.read(0, Math.min(DETECT_BYTES, source.size)).catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  const torch = ['zip', 'pickle', 'tar'].includes(detectFormat(head));
  return torch ? openTorch(source) : openSafetensors(source);
}

async function openAddress(input: string | URL, options: OpenOptions): Promise<ByteSource> {
  const url = files.locate(`${input}`);
  if (url.protocol === 'file:') return files.openFile(url);
  if (isOffline(options.offline))
    throw new HubError('offline', `${shown(url)} is not fetched, as the network is not to be used: ${WAYS_OUT}`);
  return download({ url, name: cacheName(url.pathname) }, memoryPart(shown(url)), options);
}

const isSource = (input: StateDict | ByteSource): input is ByteSource => typeof input.read === 'function';

function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
