// What stands on the command line: flags that mean the same in every command, and a clear word about what is wrong.

import { parseArgs } from 'node:util';
import { nearest } from '../registry/nearest.ts';
import { UsageError } from '../runtime/errors.ts';

/** A flag; `value` names what follows it, a switch has none. */
interface Flag {
  readonly value?: string;
  readonly about: string;
}

export const flags = {
  model: { value: 'NAME', about: 'the model (default resnet18); `convoke list` names them' },
  weights: { value: 'FILE|URL|ID', about: "a .safetensors file, its address, or an entry's id from `convoke info`" },
  hub: { value: 'DIR|URL', about: 'a folder or address with a hub.json, in place of where the weights are published' },
  offline: { about: 'touch no network: a folder or the cache only' },
  top: { value: 'N', about: 'how many answers, best first (default 5)' },
  sample: { about: 'classify a picture that convoke draws itself' },
  driver: { value: 'NAME', about: "auto, lavapipe, swiftshader, or part of an adapter's name (default auto)" },
  json: { about: 'one JSON document on stdout, and nothing else there' },
  help: { about: 'this page' },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

export interface Arguments {
  readonly operands: readonly string[];
  readonly model?: string;
  readonly weights?: string;
  readonly hub?: string;
  readonly offline?: boolean;
  readonly top?: number;
  readonly sample?: boolean;
  readonly driver?: string;
  readonly json?: boolean;
  readonly help?: boolean;
}

/** A mistake on the command line: exit code 2. */
export const wrongUsage = (message: string): UsageError => new UsageError('invalid_argument', message);

/** Reads a command's arguments. Throws UsageError 'invalid_argument' for a flag that is unknown, has no value, or one too many. */
export function readArguments(args: readonly string[], allowed: readonly FlagName[]): Arguments {
  const options = Object.fromEntries(
    allowed.map((name) => [name, { type: 'value' in flags[name] ? ('string' as const) : ('boolean' as const) }]),
  );
  // Node's own strictness speaks in several lines, so its tokens are judged here.
  const short = { help: { type: 'boolean' as const, short: 'h' } };
  const { tokens } = parseArgs({ args: [...args], options: { ...options, ...short }, strict: false, tokens: true });
  const operands: string[] = [];
  const values: Record<string, string | boolean | number> = {};
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const name = allowed.find((name) => name === token.name);
    if (!name) throw unknown(token.rawName, allowed);
    const { value } = flags[name] as Flag;
    if (value === undefined) {
      if (token.value !== undefined) throw wrongUsage(`--${name} takes no value, and was given '${token.value}'`);
      values[name] = true;
    } else {
      const isFlag = !token.inlineValue && token.value !== undefined && /^-./.test(token.value);
      if (!token.value || isFlag) throw wrongUsage(`--${name} needs a value: --${name} ${value}`);
      values[name] = name === 'top' ? count(name, token.value) : token.value;
    }
  }
  return { operands, ...values };
}

function unknown(flag: string, allowed: readonly FlagName[]): UsageError {
  const [close] = nearest(flag.replace(/^-+/, ''), allowed);
  return wrongUsage(`there is no flag ${flag} here${close ? `; did you mean --${close}?` : ''}`);
}

function count(name: FlagName, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wrongUsage(`--${name} takes a whole number from 1, and was given '${text}'`);
}
