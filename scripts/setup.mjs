// What `npm start` and `npm test` do first on a fresh clone: Node's version and the npm packages.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { npm, root, say } from './run.mjs';

const OLDEST_NODE = [20, 19];

/** Ends the process with one line when the machine cannot run convoke at all. */
export function setUp() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    say(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}`);
    process.exit(1);
  }
  if (packagesAreCurrent()) return;
  say('installing the npm packages (once, about a minute)');
  const code = npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
  if (code !== 0) {
    say('the npm packages could not be installed: npm says why above');
    process.exit(1);
  }
}

function packagesAreCurrent() {
  const installed = join(root, 'node_modules/.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}
