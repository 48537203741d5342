// The help pages.

import { type FlagName, flags, wordOf } from './arguments.ts';
import { type Command, commands } from './commands.ts';

/** Variables of the environment that the command and the library read. */
const variables = {
  CONVOKE_HUB: 'what --hub is without the flag',
  CONVOKE_OFFLINE: '1: what --offline does',
  CONVOKE_CACHE: "folder of downloaded weights (default: convoke in the user's cache folder)",
  CONVOKE_DRIVER: 'what --driver is without the flag',
  CONVOKE_EXPERIMENTAL: '1: use what Dawn holds back: subgroup matrices, and f16 on NVIDIA',
  CONVOKE_DEBUG: '1: show the stack of an error',
};

const exitCodes = 'Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage, 130 interrupted.';

export const usage = (name: string, { operands }: Command): string =>
  ['usage: convoke', name, operands, '[FLAGS]'].filter(Boolean).join(' ');

/** The page of `convoke --help`. */
export function mainHelp(): string {
  const rows = Object.entries(commands).map(([name, { operands, about }]) => [`${name} ${operands}`.trim(), about]);
  const examples = ['convoke classify cat.jpg', 'convoke classify --sample --hub DIR', 'convoke doctor'];
  return [
    'convoke runs convolutional networks on any GPU.',
    '',
    'usage: convoke COMMAND [FLAGS]',
    '',
    ...columns(rows),
    '',
    'convoke COMMAND --help tells more; convoke --version prints the version.',
    '',
    ...section('Examples', examples),
    'Environment:',
    ...columns(Object.entries(variables)),
    '',
    exitCodes,
  ].join('\n');
}

/** The page of one command. */
export function commandHelp(name: string, command: Command): string {
  const rows = command.flags.map((flag: FlagName) => {
    const { about, ...rest } = flags[flag];
    return [`--${wordOf(flag)}${'value' in rest ? ` ${rest.value}` : ''}`, about];
  });
  return [
    `convoke ${name}: ${command.about}`,
    '',
    usage(name, command),
    '',
    ...columns(rows),
    '',
    ...(command.notes.length > 0 ? [...command.notes, ''] : []),
    ...section('Examples', command.examples),
    exitCodes,
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...lines.map((line) => `  ${line}`), ''];
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([first = '']) => first.length));
  return rows.map(([first = '', second]) => `  ${first.padEnd(width)}  ${second}`);
}
