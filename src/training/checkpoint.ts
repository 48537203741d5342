// Checkpoints: everything that training needs to go on as if it had never stopped, in one safetensors file, with its progress as JSON.

import { files } from '#files';
import { TrainingError, WeightsError } from '../runtime/errors.ts';
import { type ByteSource, blobSource } from '../weights/bytes.ts';
import { openSafetensors } from '../weights/safetensors.ts';
import { readHeader } from '../weights/safetensors_header.ts';
import type { StateDict } from '../weights/tensors.ts';
import { writeSafetensors } from '../weights/write_safetensors.ts';
import type { Progress } from './progress.ts';
import type { Trainer } from './trainer.ts';

/** A folder: its path in Node, a handle in browsers (of the origin's private files, or one the user chose). */
export type CheckpointFolder = string | FileSystemDirectoryHandle;

/** `last` is the newest, `best` that of the best epoch. */
export type CheckpointName = 'last' | 'best';

interface Saved {
  readonly format: 1;
  readonly model: string;
  readonly classes: number;
  readonly optimizer: string;
  readonly schedule: string;
  readonly seed: number;
  readonly progress: Progress;
}

/**
 * Writes `NAME.safetensors`, which appears whole or not at all and holds the progress in its header, and `NAME.json`, a copy of
 * that for people. Throws WeightsError 'missing_file' where it cannot be written.
 */
export async function saveCheckpoint(trainer: Trainer, folder: CheckpointFolder, name: CheckpointName): Promise<void> {
  const saved = describe(trainer);
  const text = JSON.stringify(saved);
  const variables = await trainer.variables();
  await write(
    folder,
    `${name}.safetensors`,
    writeSafetensors(variables, { metadata: { format: 'pt', convoke: text } }),
  );
  await write(folder, `${name}.json`, encoded(JSON.stringify(saved, null, 2)));
}

/**
 * Takes up a checkpoint; false where there is none. Throws TrainingError 'corrupt_checkpoint', or 'checkpoint_mismatch' where it is of
 * another model, optimizer, schedule or seed.
 */
export async function resumeCheckpoint(
  trainer: Trainer,
  folder: CheckpointFolder,
  name: CheckpointName = 'last',
): Promise<boolean> {
  const file = `${name}.safetensors`;
  const source = await open(folder, file);
  if (!source) return false;
  try {
    const { metadata } = await readHeader(source);
    const saved = parse(metadata.convoke, source.name);
    check(saved, describe(trainer), source.name);
    const reader = await openSafetensors(source);
    const variables: StateDict = {};
    for await (const tensor of reader.read()) variables[tensor.name] = tensor;
    trainer.restore(variables, saved.progress);
    return true;
  } catch (cause) {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new TrainingError('corrupt_checkpoint', cause.message, { cause });
  } finally {
    await source.close();
  }
}

function describe({ model, settings, progress }: Trainer): Saved {
  return {
    format: 1,
    model: model.name,
    classes: Number(model.built.logits.shape[1]),
    optimizer: settings.optimizer.name,
    schedule: settings.schedule.name,
    seed: settings.seed,
    progress,
  };
}

function parse(text: string | undefined, file: string): Saved {
  if (text === undefined) throw new TrainingError('corrupt_checkpoint', `${file} is no checkpoint: it has no progress`);
  const saved = JSON.parse(text) as Saved;
  if (saved.format === 1) return saved;
  throw new TrainingError('corrupt_checkpoint', `${file} is a checkpoint of format ${saved.format}, format 1 is read`);
}

function check(saved: Saved, mine: Saved, file: string): void {
  for (const key of ['model', 'classes', 'optimizer', 'schedule', 'seed'] as const)
    if (saved[key] !== mine[key])
      throw new TrainingError('checkpoint_mismatch', `${file} has ${key} ${saved[key]}, the trainer has ${mine[key]}`);
}

async function* encoded(text: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield new TextEncoder().encode(`${text}\n`);
}

async function write(
  folder: CheckpointFolder,
  name: string,
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  if (typeof folder === 'string') return files.writeFile(`${folder}/${name}`, chunks);
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable(); // what is written takes the file's place when it is closed
  try {
    for await (const chunk of chunks) await stream.write(chunk);
    await stream.close();
  } catch (error) {
    await stream.abort(error).catch(() => {});
    throw error;
  }
}

async function open(folder: CheckpointFolder, name: string): Promise<ByteSource | null> {
  try {
    if (typeof folder === 'string') return await files.openFile(files.locate(`${folder}/${name}`));
    return blobSource(await (await folder.getFileHandle(name)).getFile());
  } catch (error) {
    const absent = error instanceof WeightsError ? error.code === 'missing_file' : isNotFound(error);
    if (absent) return null;
    throw error;
  }
}

const isNotFound = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError';
