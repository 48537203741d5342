// `convoke hub build`: the hub.json of a folder of weights files, so that others can load them by name.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { files } from '#files';
import { table } from '../registry/table.ts';
import { UsageError } from '../runtime/errors.ts';
import { parseIndex } from '../weights/hub_index.ts';
import type { HubEntry } from '../weights/hub_schema.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { describeFile, type Existing } from './hub_entry.ts';
import { print, printJson, size, tell } from './output.ts';
import { showProgress } from './progress.ts';

export async function hub(args: Arguments, signal: AbortSignal): Promise<number> {
  const [action, directory, ...more] = args.operands;
  if (action !== 'build' || directory === undefined || more.length > 0)
    throw wrongUsage(`hub takes build and one DIR, and was given '${args.operands.join(' ')}'`);
  const names = await weightsFiles(directory);
  const path = join(directory, 'hub.json');
  const existing = await readExisting(path);
  const fresh = args.force ? names : names.filter((name) => existing.every(({ file }) => file !== name));
  checkFlags(args, fresh);
  const lost = existing.filter(({ file }) => !names.includes(file));
  const entries = args.force ? [] : [...lost];
  const bars = await showProgress();
  try {
    for (const name of names) {
      const before = fresh.includes(name) ? undefined : existing.find(({ file }) => file === name);
      const options = { signal, onProgress: bars.onProgress };
      entries.push(await describeFile(directory, name, before, args, options));
    }
  } finally {
    bars.stop();
  }
  const weights = inOrder(withDefaults(entries), existing);
  const text = `${JSON.stringify({ format: 1, weights }, null, 2)}\n`;
  const index = parseIndex(text, path); // nothing is written that `--hub` would refuse
  await files.writeFile(path, bytesOf(text));
  if (args.json) printJson({ file: path, ...index });
  else printEntries(path, index.weights);
  for (const { file } of args.force ? [] : lost)
    tell(`convoke: ${file} stands in ${path} and is not there; --force drops its entry`);
  return 0;
}

async function weightsFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UsageError('invalid_argument', `${directory}: there is no such folder`, { cause });
  });
  const names = entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.safetensors'));
  if (names.length === 0) throw new UsageError('invalid_argument', `${directory} has no .safetensors files`);
  return names.map(({ name }) => name).sort();
}

/** Flags are for files without an entry: one that is for none of them would be ignored. */
function checkFlags(args: Arguments, fresh: readonly string[]): void {
  const describing = ['model', 'id', 'classes', 'licence', 'resize', 'crop', 'interpolation', 'mean', 'std'] as const;
  const given = describing.find((name) => args[name] !== undefined);
  if (given && fresh.length === 0)
    throw wrongUsage(`--${given}: every file has its entry already; --force replaces it`);
  if (args.id !== undefined && fresh.length > 1)
    throw wrongUsage(`--id names one entry, and ${fresh.length} files want one: ${fresh.join(', ')}`);
}

/** The entries as they stand there, fields included that convoke does not know. Throws HubError 'bad_index'. */
async function readExisting(path: string): Promise<readonly Existing[]> {
  const source = await files.openFile(pathToFileURL(path)).catch(() => null);
  if (!source) return [];
  const text = new TextDecoder().decode(await source.read(0, source.size).finally(() => source.close()));
  parseIndex(text, path);
  return (JSON.parse(text) as { weights: Existing[] }).weights;
}

/** A model's first entry is its default where none is. */
function withDefaults(entries: readonly Existing[]): readonly Existing[] {
  const has = new Set(entries.filter((entry) => entry.default).map(({ model }) => model));
  return entries.map(({ model, id, ...entry }) => {
    const first = !has.has(model);
    has.add(model);
    return { model, id, ...entry, ...(first && { default: true }) };
  });
}

/** In the order of the hub.json that was there, what is new at the end. */
function inOrder(entries: readonly Existing[], existing: readonly Existing[]): readonly Existing[] {
  const place = ({ file }: Existing) => {
    const at = existing.findIndex((entry) => entry.file === file);
    return at < 0 ? existing.length : at;
  };
  return entries.toSorted((a, b) => place(a) - place(b));
}

function printEntries(path: string, weights: readonly HubEntry[]): void {
  const rows = weights.map(({ model, id, default: isDefault, file, bytes, sha256 }) => [
    model,
    `${id}${isDefault ? ' (default)' : ''}`,
    file,
    size(bytes),
    sha256.slice(0, 12),
  ]);
  print(table(['model', 'weights', 'file', 'size', 'sha-256'], rows, 'lllrl'));
  print(`written to ${path}`);
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
