// The `convoke` command on a GPU: real photos on each driver of Node, hubs that fail, an interruption, and the doctor.
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { buildCommand, type Run, type RunOptions, removeCommand, runCommand } from '../support/command.ts';
import { type MockHub, startMockHub } from '../support/mock_hub.ts';
import { SHARED_MISSING, sharedJson, sharedPath } from '../support/shared.ts';

const wanted = (process.env.CONVOKE_TEST_DRIVERS ?? 'lavapipe,swiftshader').split(',');
const drivers = wanted.filter((driver) => ['lavapipe', 'swiftshader', 'auto'].includes(driver));

let cache: string;
beforeAll(async () => {
  await buildCommand();
  cache = await mkdtemp(join(tmpdir(), 'convoke-cache-'));
});
afterAll(async () => {
  await removeCommand();
  await rm(cache, { recursive: true, force: true });
});

const run = (args: readonly string[], options: RunOptions = {}): Promise<Run> =>
  runCommand(args, { ...options, env: { CONVOKE_CACHE: cache, ...options.env } });

interface Answer {
  image: string;
  model: string;
  top: { label: string; index: number; probability: number }[];
  ms: Record<'load' | 'compile' | 'first' | 'run', number>;
}

interface Expected {
  images: { file: string; models: Record<string, { top5: number[]; probability: number[] }> }[];
}

/** Every `step`-th of the forty photos as torchvision answers it: the same class for 39 of 40, probabilities within 0.02. */
async function classifiesPhotos(
  context: TestContext,
  model: string,
  driver: string,
  step = 1,
  flags: readonly string[] = [],
): Promise<void> {
  const hub = sharedPath('data/hub');
  const expected = await sharedJson<Expected>('data/images/imagenet40/expected.json');
  if (!hub || !expected) return context.skip(SHARED_MISSING);
  const photos = expected.images.filter((_, i) => i % step === 0);
  expect(photos).toHaveLength(40 / step);
  const files = photos.map(({ file }) => sharedPath(`data/images/imagenet40/${file}`)!);
  const args = ['classify', ...files, '--model', model, '--hub', hub, '--driver', driver, '--json', ...flags];
  const { code, stdout, stderr } = await run(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const answers = JSON.parse(stdout) as Answer[];
  expect(answers.map(({ image, model }) => [image, model])).toEqual(files.map((file) => [file, model]));
  const same = answers.filter(({ top }, i) => top[0]!.index === photos[i]!.models[model]!.top5[0]);
  expect(same.length).toBeGreaterThanOrEqual(files.length * (39 / 40));
  for (const [i, { image, top }] of answers.entries()) {
    const { top5, probability } = photos[i]!.models[model]!;
    for (const answer of top) {
      const at = top5.indexOf(answer.index);
      // Whatever is among the five there and not here lies below the fifth of both.
      const other = at < 0 ? probability[4]! : probability[at]!;
      expect(Math.abs(answer.probability - other), `${image} class ${answer.index}`).toBeLessThan(0.02);
    }
  }
}

for (const [order, driver] of drivers.entries())
  describe(driver, () => {
    // All forty on the first driver; SwiftShader takes a second for each.
    const step = order === 0 ? 1 : 8;

    it(`classifies ${40 / step} photos as torchvision does`, async (context) => {
      await classifiesPhotos(context, 'resnet18', driver, step);
    }, 180_000);

    const others: readonly string[] = order === 0 ? ['mobilenet_v2', 'squeezenet1_1'] : [];
    it.for(others)('classifies forty photos with %s', { timeout: 180_000 }, async (model, context) => {
      await classifiesPhotos(context, model, driver);
    });

    it.for(['resnet18', ...others])(
      'classifies photos with %s in half precision',
      { timeout: 180_000 },
      async (model, context) => {
        await classifiesPhotos(context, model, driver, step, ['--precision', 'f16']);
      },
    );

    it('answers the good pictures among bad ones', async (context) => {
      const hub = sharedPath('data/hub');
      if (!hub) return context.skip(SHARED_MISSING);
      const photo = sharedPath('data/images/imagenet40/n02099601_golden_retriever.jpg')!;
      const stdin = new Uint8Array(await readFile(photo));
      const args = ['classify', 'missing.jpg', photo, '-', '--sample', '--top', '2', '--hub', hub, '--driver', driver];
      const { code, stdout, stderr } = await run([...args, '--json'], { stdin });
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      const [missing, ...answers] = JSON.parse(stdout) as [unknown, ...Answer[]];
      expect(missing).toEqual({
        image: 'missing.jpg',
        error: { code: 'missing_file', message: 'missing.jpg: there is no such file' },
      });
      expect(answers.map(({ image, model, top }) => [image, model, top.length, top[0]!.label])).toEqual([
        [photo, 'resnet18', 2, 'golden_retriever'],
        ['-', 'resnet18', 2, 'golden_retriever'],
        ['sample', 'resnet18', 2, 'traffic_light'],
      ]);
      expect(answers[1]!.top).toEqual(answers[0]!.top);
      for (const { ms } of answers) {
        expect(Object.keys(ms)).toEqual(['load', 'compile', 'first', 'run']);
        for (const value of Object.values(ms)) expect(value).toBeGreaterThan(0);
      }
      if (order > 0) return;
      const page = await run(args, { stdin });
      expect(page.stderr).toBe('convoke: missing.jpg: there is no such file\n');
      expect(page.stdout).toMatch(/^ {2}golden retriever +51\.\d % {2}█{10,}\S*$/m);
      expect(page.stdout.match(/load .* compile .* first run .* steady run/g)).toHaveLength(1);
      expect(page.stdout).toMatch(/^ {2}resnet18 KILL_THE_BITS_SMALL on /m);
      const half = await run(['classify', photo, '--precision', 'f16', '--hub', hub, '--driver', driver]);
      expect(half.stdout).toMatch(/^ {2}resnet18 KILL_THE_BITS_SMALL (in f16|with weights in f16) on /m);
    });

    it('is examined by the doctor', async () => {
      const args = ['doctor', '--offline', '--driver', driver];
      const { code, stdout, stderr } = await run([...args, '--json']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const document = JSON.parse(stdout);
      expect(document).toMatchObject({
        ok: true,
        node: process.versions.node,
        adapter: { description: expect.any(String) },
      });
      expect(document.checks.map(({ name }: { name: string }) => name)).toEqual([
        'adapter',
        'computation',
        'kernels',
        'pictures',
        'cache',
        'hub',
      ]);
      const page = await run(args);
      expect(page.stdout).toMatch(/^✔ computation +a small network gives exactly the right numbers/m);
      expect(page.stdout).toContain(cache);
    });
  });

describe.runIf(drivers.length > 0)('hubs', () => {
  const driver = ['--driver', drivers[0] ?? 'auto'];
  const waysOut = 'name another hub (--hub DIR|URL, option hub) or a file (--weights FILE, option weights)';
  let server: MockHub;
  beforeAll(async () => {
    server = await startMockHub();
  });
  afterAll(() => server.close());

  const fails = async (args: readonly string[], code: string, text: RegExp): Promise<void> => {
    const { code: exit, stdout, stderr } = await run(['classify', '--sample', ...driver, ...args, '--json']);
    expect(exit).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error).toEqual({ code, message: expect.stringMatching(text) });
    expect(stderr).toBe(`convoke: ${error.message}\n`);
  };

  it('that cannot be reached: one line, with the ways out', async () => {
    await fails(['--hub', 'http://127.0.0.1:1/'], 'unreachable', /^cannot reach 127\.0\.0\.1:1 for /);
    const { code, stdout, stderr } = await run(['classify', '--sample', ...driver, '--hub', 'http://127.0.0.1:1/']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(waysOut);
  });

  it('that do not exist, or may not be asked', async () => {
    await fails(['--hub', join(cache, 'nowhere')], 'not_found', /nowhere\/hub\.json: no hub index there/);
    await fails(['--hub', server.url], 'not_found', /\/hub\.json does not exist \(404\)/);
    await fails(['--offline'], 'offline', /is not in the cache .*, and the network is not to be used/);
    await fails(
      ['--weights', 'NO_SUCH_ID', '--offline'],
      'unknown_weights',
      /no weights NO_SUCH_ID of resnet18; it has IMAGENET1K_V1/,
    );
  });

  it('with a file whose hash is wrong: nothing of it is used', async (context) => {
    const index = sharedPath('data/hub/hub.json');
    const weights = sharedPath('data/hub/resnet18-8ff0dcbe.safetensors');
    if (!index || !weights) return context.skip(SHARED_MISSING);
    const folder = await mkdtemp(join(tmpdir(), 'convoke-hub-'));
    try {
      await cp(index, join(folder, 'hub.json'));
      const bytes = await readFile(weights);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(join(folder, 'resnet18-8ff0dcbe.safetensors'), bytes);
      await fails(['--hub', folder], 'wrong_hash', /has SHA-256 [0-9a-f]{64}, expected 8ff0dcbe/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('whose weights do not fit the model', async (context) => {
    const other = sharedPath('data/hub/squeezenet1_1-7ae62f0d.safetensors');
    if (!other) return context.skip(SHARED_MISSING);
    const { code, stdout } = await run(['classify', '--sample', ...driver, '--weights', other, '--json']);
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({
      code: 'weights_mismatch',
      message: expect.stringContaining('does not fit the model'),
    });
    expect(error.problems.length).toBeGreaterThan(100);
  });

  it('can be left in the middle of a download', async (context) => {
    const index = sharedPath('data/hub/hub.json');
    const weights = sharedPath('data/hub/resnet18-8ff0dcbe.safetensors');
    if (!index || !weights) return context.skip(SHARED_MISSING);
    const [document, bytes] = await Promise.all([readFile(index), readFile(weights)]);
    server.routes.set('/slow/hub.json', (_request, response) => response.end(document));
    const interrupt = new Promise<void>((resolve) => {
      server.routes.set('/slow/resnet18-8ff0dcbe.safetensors', (_request, response) => {
        response.writeHead(200, { 'Content-Length': bytes.length });
        response.write(bytes.subarray(0, 1_000_000), () => setTimeout(resolve, 300));
      });
    });
    const own = join(cache, 'interrupted');
    const args = ['classify', '--sample', ...driver, '--hub', `${server.url}slow/`];
    const { code, stdout, stderr } = await run(args, { interrupt, env: { CONVOKE_CACHE: own } });
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: 'convoke: interrupted\n' });
    const files = (await readdir(join(own, 'weights'), { recursive: true })).filter((name) =>
      name.includes('.safetensors'),
    );
    for (const file of files) expect(file).toMatch(/\.part$/);
  });
});

describe.runIf(drivers.length > 0)('the doctor', () => {
  it('names what is missing, and what to do', async () => {
    const args = ['doctor', '--driver', drivers[0] ?? 'auto', '--hub', 'http://127.0.0.1:1/'];
    const { code, stdout } = await run(args, { env: { CONVOKE_CACHE: 'package.json' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✘ cache +\S+package\.json: .* not writable: name another folder in CONVOKE_CACHE$/m);
    expect(stdout).toMatch(/^✘ hub +cannot reach 127\.0\.0\.1:1 .*--hub DIR\|URL/m);
    expect(stdout).toMatch(/^✔ computation /m);
  });
});

describe('no adapter', () => {
  it('is what a driver that is not there ends in, with those that are', async () => {
    const { code, stdout, stderr } = await run(['classify', '--sample', '--driver', 'voodoo']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^convoke: no adapter is called 'voodoo'; there are: .*\n$/);
    const doctor = await run(['doctor', '--offline', '--driver', 'voodoo', '--json']);
    expect(doctor.code).toBe(1);
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      ok: false,
      adapter: null,
      checks: [{ name: 'adapter', status: 'missing' }, {}, {}, {}, {}],
    });
  });
});
