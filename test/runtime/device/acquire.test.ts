// Choosing a driver in processes of their own: what is found, and what is said when nothing is.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Outcome {
  name?: string;
  facts?: { fallback: boolean };
  error?: { name: string; code: string; message: string };
}

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const linuxX64 = process.platform === 'linux' && process.arch === 'x64';
let folder = '';

/** A folder outside the repository that holds the bundled code and only the packages it is given. */
async function bundle(name: string, packages: string[]): Promise<string> {
  const root = join(folder, name);
  const acquire = JSON.stringify(join(repository, 'src/runtime/device/acquire.ts'));
  await build({
    stdin: {
      contents: `
        import { Worker, isMainThread } from 'node:worker_threads';
        import { acquire, adapterName } from ${acquire};
        if (process.argv[3] === 'worker' && isMainThread) new Worker(process.argv[1], { argv: process.argv.slice(2) });
        else {
          const driver = process.argv[2] || undefined;
          const print = (outcome) => process.stdout.write(JSON.stringify(outcome) + '\\n');
          await acquire({ driver }).then(
            ({ adapter, facts }) => print({ name: adapterName(adapter.info), facts }),
            ({ name, code, message }) => print({ error: { name, code, message } }),
          );
        }`,
      resolveDir: repository,
    },
    outfile: join(root, 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: { '#acquire': join(repository, 'src/runtime/device/acquire.node.ts') },
    logLevel: 'error',
  });
  for (const name of packages) {
    const require = createRequire(join(repository, 'package.json'));
    const main = realpathSync(require.resolve(name));
    const at = main.slice(0, main.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length);
    const link = join(root, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(at, link, 'dir');
  }
  return root;
}

function run(root: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, CONVOKE_DRIVER, ...inherited } = process.env;
  const options = { cwd: root, env: { ...inherited, XDG_CACHE_HOME: join(folder, 'cache'), ...env } };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(root, 'main.mjs'), ...args], options, (error, stdout) => {
      if (error) reject(error);
      // Nothing but the outcome may be on stdout: `--json` depends on that.
      else resolve(JSON.parse(stdout) as Outcome);
    });
  });
}

const noDriver = { VK_DRIVER_FILES: '/dev/null', VK_ICD_FILENAMES: '/dev/null' };
let complete = '';
let bare = '';
let empty = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'convoke-acquire-'));
  complete = await bundle('complete', ['webgpu', '@sparticuz/chromium']);
  bare = await bundle('bare', ['webgpu']);
  empty = await bundle('empty', []);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an unknown driver', () => {
  it('is an error that lists the adapters there are', async () => {
    const { error } = await run(complete, ['GeForce 256']);
    expect(error).toMatchObject({ name: 'DeviceError', code: 'no_adapter' });
    expect(error?.message).toMatch(/^no adapter is called 'GeForce 256'; there are: /);
    expect(error?.message).not.toContain('\n');
  });

  it('may come from CONVOKE_DRIVER, which the option overrules', async () => {
    const env = { CONVOKE_DRIVER: 'GeForce 256' };
    expect((await run(complete, [], env)).error?.message).toContain("'GeForce 256'");
    expect((await run(complete, ['Voodoo 2'], env)).error?.message).toContain("'Voodoo 2'");
  });
});

describe.runIf(linuxX64)('with no Vulkan driver installed', () => {
  it('falls to the SwiftShader of the npm package', async () => {
    const { name, facts } = await run(complete, ['auto'], noDriver);
    expect(name).toContain('SwiftShader');
    expect(facts?.fallback).toBe(true);
  });

  it('says what to do when that is absent too', async () => {
    const { error } = await run(bare, ['auto'], noDriver);
    expect(error).toMatchObject({ name: 'DeviceError', code: 'no_adapter' });
    expect(error?.message).toMatch(/^no WebGPU adapter: install a Vulkan driver .*npm install @sparticuz\/chromium/);
    expect(error?.message).not.toContain('\n');
  });

  it('says how to get SwiftShader when it is asked for by name', async () => {
    const { error } = await run(bare, ['swiftshader'], noDriver);
    expect(error?.code).toBe('no_adapter');
    expect(error?.message).toMatch(/^driver 'swiftshader' is not here: .*npm install @sparticuz\/chromium/);
  });

  it('unpacks into another folder when the cache cannot be written', async () => {
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const { name } = await run(complete, ['swiftshader'], { XDG_CACHE_HOME: '/dev/null', TMPDIR: temporary });
    expect(name).toContain('SwiftShader');
  });
});

describe.runIf(linuxX64)('in a worker thread', () => {
  it('refuses to choose a driver that only the main thread can choose', async () => {
    const { error } = await run(complete, ['swiftshader', 'worker'], noDriver);
    expect(error).toMatchObject({ name: 'DeviceError', code: 'no_adapter' });
    expect(error?.message).toMatch(/^driver 'swiftshader' cannot be chosen in a worker thread: /);
  });

  it('takes the driver that the environment of the process names', async () => {
    await run(complete, ['swiftshader']); // unpacks it
    const swiftshader = join(folder, 'cache/convoke/swiftshader-147.0.0/vk_swiftshader_icd.json');
    const { name } = await run(complete, ['auto', 'worker'], { VK_DRIVER_FILES: swiftshader });
    expect(name).toContain('SwiftShader');
  });
});

describe('without the package webgpu', () => {
  it('names the package', async () => {
    const { error } = await run(empty, []);
    expect(error).toMatchObject({ name: 'DeviceError', code: 'no_adapter' });
    expect(error?.message).toMatch(/^the package 'webgpu' does not load on /);
  });
});
