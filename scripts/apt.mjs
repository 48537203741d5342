// Packages of Debian and Ubuntu, where they can be installed without asking.
import process from 'node:process';
import { output, run, say } from './run.mjs';

export function canInstall() {
  return process.platform === 'linux' && process.getuid?.() === 0 && output('apt-get', ['--version']) !== null;
}

/** apt's talk goes to stderr, and stays there to be read if it fails. */
export function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run('apt-get', ['--quiet', '--quiet', ...args], { env, stdio: ['ignore', 2, 2] });
}

/** PyTorch, which is to load what convoke saves. Returns why it is not there, or null. */
export function ensureTorch() {
  if (torchWorks()) return null;
  const packages = ['python3-torch', 'python3-torchvision'];
  if (!canInstall()) return `install ${packages.join(' and ')}, or torch and torchvision by pip`;
  say(`installing ${packages.join(' and ')}`);
  apt(['update']);
  apt(['install', '--yes', '--no-install-recommends', ...packages]);
  return torchWorks() ? null : `${packages.join(' and ')} could not be installed, or do not work`;
}

const torchWorks = () =>
  ['python3', '/usr/bin/python3'].some((python) => output(python, ['-c', 'import torch, torchvision']) !== null);
