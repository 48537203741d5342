// The peers of bench/package.json: installed into bench/ on first use, never dependencies of the library.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConvokeError } from '../src/runtime/errors.ts';
import { root, versionIn } from './report.ts';

const folder = join(root, 'bench');

/** The version of a peer, which is installed if it is missing. Throws ConvokeError 'peer_missing' where npm cannot. */
export function versionOfPeer(name: string): string {
  if (!existsSync(join(folder, 'node_modules', name))) install(name);
  return versionIn(`bench/node_modules/${name}/package.json`);
}

/** What a peer exports; whoever asks knows its type, since its own types are not installed where this is compiled. */
export function requirePeer(name: string): unknown {
  versionOfPeer(name);
  return createRequire(join(folder, 'package.json'))(name);
}

function install(name: string): void {
  process.stderr.write('installing the peers of bench/package.json (once, 540 MB)\n');
  const args = ['ci', '--prefix', folder, '--loglevel=error'];
  const options = { stdio: ['ignore', 2, 2] as ['ignore', number, number] };
  const npm = process.env.npm_execpath; // set by `npm run`
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (status !== 0)
    throw new ConvokeError('peer_missing', `${name} could not be installed into bench/: npm says why above`);
}
