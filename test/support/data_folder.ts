// Data sets for tests, made in a folder of their own: IDX, CIFAR and tar files, and pictures whose one colour says which they are.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ConvokeError } from '../../src/runtime/errors.ts';

/** A new folder with these files, which goes when the test ends. */
export async function dataFolder(files: Record<string, Uint8Array | string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convoke-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  return folder;
}

/** An IDX file of unsigned bytes, or of another type. */
export function idxFile(shape: readonly number[], data: ArrayLike<number>, type = 8): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((dim, i) => {
    view.setUint32(4 + 4 * i, dim);
  });
  bytes.set(Uint8Array.from(data), 4 + 4 * shape.length);
  return bytes;
}

/** A PNG of one grey level. */
export async function png(level: number, width = 4, height = 3): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const background = { r: level, g: level, b: level };
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

const BLOCK = 512;

/** A ustar archive of these files; `type` is a header's kind. */
export function tarFile(files: readonly { path: string; body: Uint8Array | string; type?: string }[]): Uint8Array {
  const parts = files.flatMap(({ path, body, type = '0' }) => {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const header = new Uint8Array(BLOCK);
    const put = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
    put(0, path.slice(0, 100));
    put(100, '0000644\0');
    put(124, `${bytes.length.toString(8).padStart(11, '0')}\0`);
    put(148, ' '.repeat(8));
    put(156, type);
    put(257, 'ustar\0');
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
    const padded = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK);
    padded.set(bytes);
    return [header, padded];
  });
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]);
}

/** The error of a call, as `code: message`. */
export async function failure(call: Promise<unknown> | (() => unknown)): Promise<string> {
  const error: unknown = await Promise.resolve()
    .then(() => (typeof call === 'function' ? call() : call))
    .then(
      () => null,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(ConvokeError);
  const { name, code, message } = error as ConvokeError;
  return `${name} ${code}: ${message}`;
}
