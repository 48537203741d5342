// The worker as the package has it: built, found beside the code that starts it, and to the same bits as this thread.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rollup } from 'rollup';
import { loadConfigFile } from 'rollup/loadConfigFile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { horizontalFlip, rotation } from '../../src/data/augment.ts';
import { imageFolder } from '../../src/data/image_folder.ts';
import { dataFolder, png } from '../support/data_folder.ts';
import { collect, preprocess } from '../support/sixteen_pictures.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;

/** One platform's build of what makes batches, with all that the package's own build does. */
async function build(platform: 'node' | 'browser'): Promise<string> {
  const { options } = await loadConfigFile(`${root}rollup.config.ts`, { configPlugin: 'esbuild' });
  const chosen = options.find(({ output }) => output.some(({ dir }) => dir === `dist/${platform}`))!;
  const input = { batches: `${root}src/data/batches.ts`, image_folder: `${root}src/data/image_folder.ts` };
  const plugins = [chosen.plugins]
    .flat()
    .filter((plugin) => plugin && !('name' in plugin && plugin.name === 'executable'));
  const bundle = await rollup({ ...chosen, input, plugins });
  const dir = join(folder, platform);
  await bundle.write({ ...chosen.output[0], dir, sourcemap: false });
  await bundle.close();
  return dir;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convoke-worker-'));
  await symlink(`${root}node_modules`, join(folder, 'node_modules'), 'dir');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const program = `
  import { createHash } from 'node:crypto';
  import { batches } from './node/batches.js';
  import { imageFolder } from './node/image_folder.js';
  const { data, options } = JSON.parse(process.argv[2]);
  const told = [];
  process.on('worker', (worker) => worker.on('message', ({ kind }) => told.push(kind)));
  const hash = createHash('sha256');
  for await (const { images, targets } of batches(await imageFolder(data), options)) hash.update(images).update(targets);
  console.log(JSON.stringify({ sha256: hash.digest('hex'), told: told.sort() }));
`;

describe('in Node', () => {
  it('makes the batches that this thread makes', async () => {
    await build('node');
    await writeFile(join(folder, 'program.mjs'), program);
    const data = await dataFolder({ 'a/1.png': await png(9, 20, 15), 'b/1.png': await png(200, 15, 20) });
    const augment = [horizontalFlip(), rotation({ degrees: 9 })];
    const here = createHash('sha256');
    for (const { images, targets } of await collect(await imageFolder(data), { augment, batchSize: 1 })) {
      here.update(images).update(targets);
    }
    const options = { batchSize: 1, preprocess, augment, workers: 2 };
    const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs', JSON.stringify({ data, options })], {
      cwd: folder,
    });
    expect(JSON.parse(stdout)).toEqual({ sha256: here.digest('hex'), told: ['done', 'done', 'ready', 'ready'] });
  });
});

it('in browsers is named in the form that page bundlers look for', async () => {
  const dir = await build('browser');
  const [, path] = /new Worker\(new URL\('(\.\/[^']+\.js)', import\.meta\.url\)/.exec(
    await readFile(join(dir, 'data/workers.browser.js'), 'utf8'),
  )!;
  expect(await readFile(join(dir, 'data', path!), 'utf8')).toContain('onmessage');
});
