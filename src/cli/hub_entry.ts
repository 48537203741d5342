// The entry of a weights file in hub.json: what stands there already, what the flags say, what the model's own weights have.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { files } from '#files';
import type { Preprocess } from '../image/preprocess_spec.ts';
import { registry } from '../index.ts';
import { UsageError } from '../runtime/errors.ts';
import type { OnProgress } from '../runtime/progress.ts';
import { digest } from '../weights/cache.ts';
import type { HubEntry } from '../weights/hub_schema.ts';
import { openSafetensors } from '../weights/safetensors.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { checkFit } from './check_fit.ts';

/** An entry with all that its author wrote into it. */
export type Existing = HubEntry & Readonly<Record<string, unknown>>;

interface Options {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * The file's entry, its hash and size taken anew. Throws UsageError 'invalid_argument' where something is not known, and
 * WeightsError where the file is broken or does not fit its model.
 */
export async function describeFile(
  directory: string,
  file: string,
  before: Existing | undefined,
  args: Arguments,
  options: Options,
): Promise<Existing> {
  const model = before?.model ?? args.model ?? modelOf(file);
  const usual = registry.info(model).weights.find((entry) => entry.default);
  const classes = before?.classes ?? (await classesOf(file, args.classes)) ?? usual?.classes;
  if (classes === undefined) throw wrongUsage(`${file}: ${model} has no classes of its own; give --classes LIST|FILE`);
  const licence = args.licence === undefined ? {} : { licence: args.licence };
  const config = usual?.config === undefined ? {} : { config: usual.config };
  const preprocess = before?.preprocess ?? preprocessOf(file, model, usual?.preprocess, args);
  const entry = { model, id: args.id ?? idOf(file, model), ...config, ...licence, classes, preprocess, ...before };
  const path = join(directory, file);
  const source = await files.openFile(pathToFileURL(path));
  try {
    const sha256 = await digest(source, options);
    await checkFit(model, entry, (await openSafetensors(source)).tensors, path);
    return { ...entry, file, sha256, bytes: source.size };
  } finally {
    await source.close();
  }
}

/** The longest name of a model that begins the file's. */
function modelOf(file: string): string {
  const found = registry.list().filter((name) => file.startsWith(name) && !/^[a-z0-9]/i.test(file.slice(name.length)));
  const [longest] = found.sort((a, b) => b.length - a.length);
  if (longest) return longest;
  throw wrongUsage(`${file}: no model's name begins it; give --model NAME, or rename it`);
}

/** What follows the model's name, as ids are written. */
function idOf(file: string, model: string): string {
  const stem = file.slice(0, -'.safetensors'.length);
  const rest = stem.startsWith(model) ? stem.slice(model.length) : stem;
  return (
    rest
      .replace(/\W+/g, '_')
      .replace(/^_+|_+$/g, '')
      .toUpperCase() || 'V1'
  );
}

/** A list's name as it is, a file's lines. */
async function classesOf(file: string, classes: string | undefined): Promise<HubEntry['classes'] | undefined> {
  if (classes === undefined || classes === 'imagenet1k') return classes;
  const text = await readFile(classes, 'utf8').catch((cause: unknown) => {
    throw new UsageError('invalid_argument', `${file}: --classes ${classes} is neither a list's name nor a file`, {
      cause,
    });
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The flags, and the usual preprocessing for what they leave open. Nothing can be guessed of a mean and a deviation. */
function preprocessOf(file: string, model: string, usual: Preprocess | undefined, args: Arguments): Preprocess {
  const { size, channels } = registry.info(model).input;
  const { mean = usual?.mean, std = usual?.std } = args;
  if (!mean || !std) throw wrongUsage(`${file}: ${model} has no preprocessing of its own; give --mean and --std`);
  if (mean.length !== channels || std.length !== channels)
    throw wrongUsage(`${file}: ${model} has ${channels} channels, and --mean and --std need a number for each`);
  const crop = args.crop ?? usual?.crop ?? size;
  return {
    resize: args.resize ?? (args.crop === undefined ? usual?.resize : undefined) ?? crop,
    crop,
    interpolation: args.interpolation ?? usual?.interpolation ?? 'bilinear',
    antialias: usual?.antialias ?? true,
    mean: [...mean],
    std: [...std],
  };
}
