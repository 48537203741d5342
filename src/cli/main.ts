// The `convoke` command: finds the command, runs it, and ends with its exit code.

import process from 'node:process';
import { nearest } from '../registry/nearest.ts';
import { readArguments, wrongUsage } from './arguments.ts';
import { commands } from './commands.ts';
import { fail } from './failure.ts';
import { commandHelp, mainHelp, usage } from './help.ts';
import { print, tell } from './output.ts';
import { version } from './version.ts';

async function main([name, ...rest]: readonly string[], signal: AbortSignal): Promise<number> {
  if (name === undefined) {
    tell(mainHelp());
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    print(mainHelp());
    return 0;
  }
  if (name === '--version') {
    print(version());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    const [close] = nearest(name, Object.keys(commands));
    const hint = close ? `; did you mean ${close}?` : '';
    return fail(wrongUsage(`there is no command '${name}'${hint}`), {
      usage: `usage: convoke ${Object.keys(commands).join('|')} [FLAGS]`,
    });
  }
  let json = false;
  try {
    const args = readArguments(rest, command.flags);
    json = args.json ?? false;
    if (args.help) {
      print(commandHelp(name, command));
      return 0;
    }
    return await command.run(args, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return fail(error, { json, usage: usage(name, command) });
  }
}

const controller = new AbortController();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    if (controller.signal.aborted) process.exit(code); // asked twice: at once
    process.exitCode = code;
    controller.abort();
  });
// `convoke list | head -1` closes the pipe early, which is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const code = await main(process.argv.slice(2), controller.signal);
  process.exitCode ??= code;
} catch {
  // Only an interruption gets here. What it stopped has ended; what it could not stop is not waited for.
  tell('convoke: interrupted');
  process.exit();
}
