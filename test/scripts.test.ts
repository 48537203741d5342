// `npm test` refuses what it does not know before it sets anything up.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const run = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/test.mjs', ...args], { cwd: root, encoding: 'utf8' });

describe('npm test', () => {
  it.each([
    [['--drivers', 'lavapipe,voodoo'], "--drivers: 'voodoo' is none of lavapipe, swiftshader, chromium, auto, none\n"],
    [['--drivers=voodoo'], "--drivers: 'voodoo' is none of lavapipe, swiftshader, chromium, auto, none\n"],
    [['--drivers'], '--drivers wants some of lavapipe, swiftshader, chromium, auto, none\n'],
  ])('%j is wrong usage', (args, text) => {
    const { status, stderr, stdout } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toBe(text);
    expect(stdout).toBe('');
  });
});
