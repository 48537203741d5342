// Running programs of the repository: npm, installed tools, and anything else, each with its exit code.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));

/** One line for a person, apart from what is asked for on stdout. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs a program in the repository and returns its exit code. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) say(`${program}: ${error.message}`);
  return status ?? 1;
}

/** What a program prints, or null when it fails. */
export function output(program, args, options = {}) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8', ...options });
  return status === 0 ? stdout : null;
}

/** npm, the very one that runs this script when there is one. */
export function npm(args, options) {
  const path = process.env.npm_execpath;
  if (path?.endsWith('.js')) return run(process.execPath, [path, ...args], options);
  return run('npm', args, { shell: process.platform === 'win32', ...options });
}

/** An installed package's command, started by Node itself, since `npx` takes half a second and prints notices. */
export function tool(name, args, options) {
  return run(process.execPath, [commandOf(name), ...args], options);
}

function commandOf(name) {
  const { packageName = name, command = name } =
    {
      attw: { packageName: '@arethetypeswrong/cli' },
      biome: { packageName: '@biomejs/biome' },
      tsc: { packageName: 'typescript' },
    }[name] ?? {};
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** Whether an npm package can be used from here. */
export function hasPackage(name) {
  return packageFolder(name) !== null;
}

/** The folder of an installed package, or null. */
export function packageFolder(name) {
  try {
    let folder = dirname(createRequire(join(root, 'package.json')).resolve(name));
    while (!folder.endsWith(join('node_modules', name))) {
      if (folder === dirname(folder)) return null;
      folder = dirname(folder);
    }
    return folder;
  } catch {
    return null;
  }
}
