// The example of a plugin by others, used as they would: with the package as it is published, by its name.
import { execFile } from 'node:child_process';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installPackage } from '../support/package.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await installPackage(['node']);
  await cp(`${root}examples/plugin`, join(folder, 'plugin'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs Node in the plugin's folder; fails with what it wrote when it fails. */
async function node(args: readonly string[]): Promise<string> {
  // What tells Node's test runner that it runs within another one would silence it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = { cwd: join(folder, 'plugin'), env: { ...env, CONVOKE_CACHE: join(folder, 'cache') } };
  return (await promisify(execFile)(process.execPath, [...args], options)).stdout;
}

async function script(lines: string): Promise<unknown> {
  await writeFile(join(folder, 'plugin/script.mjs'), lines);
  return JSON.parse(await node(['script.mjs']));
}

it('passes its own tests: the contract', async () => {
  const report = await node(['--test', '--test-reporter=tap']);
  expect(report).toMatch(/^ok \d+ - shapes_tiny compiles for swiftshader, within its limits$/m);
  expect(report).toMatch(/^# pass 10$/m);
  expect(report).toMatch(/^# fail 0$/m);
});

it('registers itself beside the models of convoke, once', async () => {
  const found = await script(`
    import { registry } from 'convoke';
    import { shapes } from './index.mjs';
    registry.register(shapes);
    const codeOf = (plugin) => { try { registry.register(plugin); } catch (error) { return error.message; } };
    const { parameters, macs } = registry.describe('shapes_tiny');
    console.log(JSON.stringify({
      listed: registry.list('shapes*'), parameters, macs, weights: registry.info('shapes_tiny').weights.map(({ id }) => id),
      twice: codeOf(shapes), older: codeOf({ ...shapes, contract: 0 }),
    }));
  `);
  const [c1, c2, c3] = [3 * 9 * 16, 16 * 9 * 32, 32 * 9 * 64];
  expect(found).toEqual({
    listed: ['shapes_tiny'],
    parameters: c1 + c2 + c3 + 16 + 32 + 64 + 64 * 3 + 3,
    macs: c1 * 64 ** 2 + c2 * 32 ** 2 + c3 * 16 ** 2 + 64 * 3,
    weights: ['SHAPES_V1'],
    twice: 'model shapes_tiny of plugin shapes is already registered by shapes',
    older: 'plugin shapes: contract must be 1, the contract this version of convoke reads, and is 0',
  });
});

const drivers = (process.env.CONVOKE_TEST_DRIVERS ?? 'lavapipe').split(',');
const driver = drivers.find((name) => ['lavapipe', 'swiftshader', 'auto'].includes(name));

it.runIf(driver)('loads the weights it publishes', async () => {
  // Its server is not there: what the model saves is what the server would give, and its SHA-256 is the entry's.
  const found = await script(`
    import { registry, samplePicture } from 'convoke';
    import { shapes } from './index.mjs';
    registry.register(shapes);
    const driver = '${driver}';
    const file = await (await registry.load('shapes_tiny', { seed: 1, driver })).save();
    const asked = [];
    globalThis.fetch = async (url) => {
      asked.push(String(url));
      return new Response(file);
    };
    const model = await registry.load('shapes_tiny', { pretrained: true, driver });
    const top = await model.classify(samplePicture());
    model.dispose();
    console.log(JSON.stringify({ asked, weights: model.weights, labels: top.map(({ label }) => label).sort() }));
  `);
  expect(found).toEqual({
    asked: ['https://example.com/shapes_tiny.safetensors'],
    weights: 'SHAPES_V1',
    labels: ['circle', 'square', 'triangle'],
  });
});
