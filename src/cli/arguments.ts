// What stands on the command line: flags that mean the same in every command, and a clear word about what is wrong.

import { parseArgs } from 'node:util';
import { nearest } from '../registry/nearest.ts';
import { UsageError } from '../runtime/errors.ts';

/** A flag; `value` names what follows it, a switch has none. `kind` is what that is read as, else text. */
interface Flag {
  /** What is typed, where that is not the flag's name here. */
  readonly word?: string;
  readonly value?: string;
  readonly kind?: 'count' | 'whole' | 'number' | 'numbers';
  readonly choices?: readonly string[];
  readonly about: string;
}

export const flags = {
  model: { value: 'NAME', about: 'the model; `convoke list` names them (default for pictures: resnet18)' },
  weights: { value: 'FILE|URL|ID', about: "a .safetensors file, its address, or an entry's id from `convoke info`" },
  hub: { value: 'DIR|URL', about: 'a folder or address with a hub.json, in place of where the weights are published' },
  offline: { about: 'touch no network: a folder or the cache only' },
  top: { value: 'N', kind: 'count', about: 'how many answers, best first (default 5)' },
  sample: { about: 'classify a picture that convoke draws itself' },
  driver: { value: 'NAME', about: "auto, lavapipe, swiftshader, or part of an adapter's name (default auto)" },
  sort: {
    value: 'KEY',
    choices: ['name', 'params', 'macs', 'top1'],
    about: 'the order: name, params or macs (smallest first), top1 (best first)',
  },
  layers: { about: 'a row for every layer' },
  id: { value: 'ID', about: "the entry's id (default: what follows the model's name in the file's)" },
  classes: {
    value: 'LIST|FILE',
    about: "imagenet1k, or a file with a label a line (default: the model's own weights')",
  },
  licence: { value: 'TEXT', about: 'under which the weights are given away' },
  resize: { value: 'N', kind: 'count', about: 'pictures are resized to N pixels on the short side' },
  crop: { value: 'N', kind: 'count', about: 'and cropped to N x N' },
  interpolation: { value: 'NAME', choices: ['bilinear', 'bicubic'], about: 'how they are resized' },
  mean: { value: 'A,B,C', kind: 'numbers', about: 'subtracted from the channels, which are 0 to 1' },
  std: { value: 'A,B,C', kind: 'numbers', about: 'and what they are divided by' },
  data: {
    value: 'DIR|FILE',
    about: 'labelled pictures: MNIST or CIFAR files, class folders, tar shards, or a list (.txt, .csv, .json)',
  },
  out: { value: 'PATH', about: 'what is written: the folder of train (default run), the file of explain' },
  epochs: { value: 'N', kind: 'count', about: 'how often each picture is learned from (default 10)' },
  batch: { value: 'N', kind: 'count', about: 'pictures a step (default 64)' },
  optimizer: {
    value: 'NAME',
    choices: ['sgd', 'adam', 'adamw', 'rmsprop', 'adagrad', 'adadelta'],
    about: 'how weights follow gradients (default sgd)',
  },
  lr: {
    value: 'X',
    kind: 'number',
    about: 'the learning rate (default 0.05 for sgd, 0.01 for a model that has learnt already; else 0.001)',
  },
  momentum: { value: 'X', kind: 'number', about: 'of sgd and rmsprop (default 0.9 for sgd, else 0)' },
  'weight-decay': { value: 'X', kind: 'number', about: 'how much weights shrink (default 5e-4 for sgd)' },
  schedule: { value: 'NAME', about: 'how the rate changes (default cosine)' },
  clip: { value: 'X', kind: 'number', about: 'the most that the gradients may measure together' },
  accumulate: { value: 'N', kind: 'count', about: 'batches whose gradients make one step (default 1)' },
  average: {
    value: 'X',
    kind: 'number',
    about: 'keep a moving average of the weights, of which each step leaves the share X',
  },
  augment: {
    value: 'NAMES',
    about: 'change pictures before they are learned from: digits, photos, cifar, alexnet, or steps with commas',
  },
  pretrained: {
    about: 'begin with the published weights; the layer that gives the classes starts anew where they differ',
  },
  freeze: { value: 'PATTERNS', about: 'what does not learn, with commas; features is all but the last layer' },
  size: { value: 'N', kind: 'count', about: "side of the model's input in pixels" },
  validate: { value: 'DIR|SHARE', about: 'what epochs are judged by: other pictures, or a share of these (0.1)' },
  patience: { value: 'N', kind: 'count', about: 'stop when N epochs have done no better' },
  precision: {
    value: 'NAME',
    choices: ['f32', 'f16'],
    about: 'how numbers are stored: f16 takes half the memory (default f32)',
  },
  seed: { value: 'N', kind: 'whole', about: 'of everything that is random (default 0)' },
  training: { about: 'a step of training, with its gradients, not a run' },
  resume: { about: 'go on where the training in this folder stopped' },
  views: {
    value: 'NAME',
    choices: ['centre', 'flip', 'five-crop', 'ten-crop'],
    about: 'parts of each picture whose answers are averaged (default centre)',
  },
  class: { value: 'LABEL|N', about: 'the class to explain, by name or number (default: the best answer)' },
  method: {
    value: 'NAME',
    choices: ['gradcam', 'saliency'],
    about: 'where the class is seen, or which pixels move it (default gradcam)',
  },
  force: { about: 'replace what stands in hub.json, and drop entries without a file' },
  filter: { value: 'TEXT', about: 'the layers that have TEXT in their names (default: one of every kind)' },
  rounds: { value: 'N', kind: 'count', about: 'how often each thing is timed (default 7)' },
  images: { word: 'batch', value: 'N', kind: 'count', about: 'images in a run of a kernel or model (default 1)' },
  html: { value: 'FILE', about: 'write the report there, as a page that reads offline' },
  // Measuring shows its tables as it goes, and the document is kept: it is no answer on stdout.
  json_file: {
    word: 'json',
    value: 'FILE',
    about: 'write the report there, for programs and for `convoke bench merge`',
  },
  json: { about: 'one JSON document on stdout, and nothing else there' },
  help: { about: 'this page' },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

/** What stands on the command line: `--` and this. */
export const wordOf = (name: FlagName): string => (flags[name] as Flag).word ?? name;

/** What a flag's value is read as. */
type Read<F> = F extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : F extends { readonly kind: 'count' | 'whole' | 'number' }
    ? number
    : F extends { readonly kind: 'numbers' }
      ? readonly number[]
      : F extends { readonly value: string }
        ? string
        : boolean;

export type Arguments = { readonly operands: readonly string[] } & {
  readonly [Name in FlagName]?: Read<(typeof flags)[Name]>;
};

/** A mistake on the command line: exit code 2. */
export const wrongUsage = (message: string): UsageError => new UsageError('invalid_argument', message);

/** Reads a command's arguments. Throws UsageError 'invalid_argument' for a flag that is unknown, has no value, or one too many. */
export function readArguments(args: readonly string[], allowed: readonly FlagName[]): Arguments {
  const options = Object.fromEntries(
    allowed.map((name) => [
      wordOf(name),
      { type: 'value' in flags[name] ? ('string' as const) : ('boolean' as const) },
    ]),
  );
  // Node's own strictness speaks in several lines, so its tokens are judged here.
  const short = { help: { type: 'boolean' as const, short: 'h' } };
  const { tokens } = parseArgs({ args: [...args], options: { ...options, ...short }, strict: false, tokens: true });
  const operands: string[] = [];
  const values: Record<string, string | boolean | number | readonly number[]> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const name = allowed.find((name) => wordOf(name) === token.name);
    if (!name) throw unknown(token.rawName, allowed);
    const { value, kind, choices } = flags[name] as Flag;
    const word = wordOf(name);
    if (value === undefined) {
      if (token.value !== undefined) throw wrongUsage(`--${word} takes no value, and was given '${token.value}'`);
      values[name] = true;
    } else {
      const isFlag = !token.inlineValue && token.value !== undefined && /^-./.test(token.value);
      if (!token.value || isFlag) throw wrongUsage(`--${word} needs a value: --${word} ${value}`);
      if (choices && !choices.includes(token.value))
        throw wrongUsage(`--${word} takes ${choices.join(', ')}, and was given '${token.value}'`);
      values[name] = kind === undefined ? token.value : readers[kind](name, token.value);
    }
  }
  return { operands, ...values };
}

function unknown(flag: string, allowed: readonly FlagName[]): UsageError {
  const [close] = nearest(flag.replace(/^-+/, ''), allowed.map(wordOf));
  return wrongUsage(`there is no flag ${flag} here${close ? `; did you mean --${close}?` : ''}`);
}

const readers = {
  count(name: FlagName, text: string): number {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw wrongUsage(`--${name} takes a whole number from 1, and was given '${text}'`);
  },
  whole(name: FlagName, text: string): number {
    if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
    throw wrongUsage(`--${name} takes a whole number from 0, and was given '${text}'`);
  },
  number(name: FlagName, text: string): number {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(number) && number >= 0) return number;
    throw wrongUsage(`--${name} takes a number from 0, and was given '${text}'`);
  },
  numbers(name: FlagName, text: string): readonly number[] {
    const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    if (numbers.every(Number.isFinite)) return numbers;
    throw wrongUsage(`--${name} takes numbers with commas between them, and was given '${text}'`);
  },
};
