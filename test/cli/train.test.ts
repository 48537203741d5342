// `convoke train`, `evaluate`, `explain` and `digits` on a GPU: a model learns digits that convoke draws, and is used.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePng } from '../../src/cli/png.ts';
import { decodeImage } from '../../src/image/decode.node.ts';
import { drawDigit } from '../../src/image/digits.ts';
import type { EpochEvent, Scores } from '../../src/training/events.ts';
import { buildCommand, type Run, type RunOptions, removeCommand, runCommand } from '../support/command.ts';
import { writeDrawnDigits } from '../support/drawn_digits.ts';

const wanted = (process.env.CONVOKE_TEST_DRIVERS ?? 'lavapipe').split(',');
const driver = wanted.find((driver) => ['lavapipe', 'swiftshader', 'auto'].includes(driver));

let folder: string;
const at = (path: string) => join(folder, path);
beforeAll(async () => {
  await buildCommand();
  folder = await mkdtemp(join(tmpdir(), 'convoke-train-'));
  await writeDrawnDigits(at('digits'), 30, 10);
  await writePng(at('five.png'), drawDigit(5, 77));
}, 120_000);
afterAll(async () => {
  await removeCommand();
  await rm(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], options: RunOptions = {}): Promise<Run> =>
  runCommand([...args, '--driver', driver!], { ...options, env: { CONVOKE_CACHE: at('cache'), ...options.env } });

const recipe = ['--batch', '30', '--lr', '0.05', '--schedule', 'constant', '--seed', '3'];
const train = (out: string, epochs: number, more: readonly string[] = [], options: RunOptions = {}) =>
  run(
    [
      'train',
      '--model',
      'lenet5',
      '--data',
      at('digits'),
      '--out',
      at(out),
      '--epochs',
      `${epochs}`,
      ...recipe,
      ...more,
    ],
    options,
  );

interface Outcome {
  readonly epochs: readonly EpochEvent[];
  readonly stopped: string | null;
  readonly test: Scores;
  readonly files: Readonly<Record<string, string>>;
}

describe.skipIf(!driver)('a model that learnt digits', { timeout: 240_000 }, () => {
  let outcome: Outcome;
  beforeAll(async () => {
    const { code, stdout, stderr } = await train('run', 6, ['--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    outcome = JSON.parse(stdout);
  }, 240_000);

  it('is good at them', () => {
    expect(outcome.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(outcome.epochs[5]!.loss).toBeLessThan(outcome.epochs[0]!.loss / 4);
    expect(outcome.stopped).toBeNull();
    expect(outcome.test).toEqual({ ...outcome.epochs[5]!.validation });
    expect(outcome.test.count).toBe(100);
    expect(outcome.test.top1).toBeGreaterThan(0.9);
  });

  it('leaves its weights, a hub and a report', async () => {
    const names = [
      'best.json',
      'best.safetensors',
      'hub.json',
      'last.json',
      'last.safetensors',
      'model.safetensors',
      'report.html',
    ];
    expect((await readdir(at('run'))).sort()).toEqual(names);
    for (const file of Object.values(outcome.files)) expect(existsSync(file)).toBe(true);
    const page = await readFile(outcome.files.report!, 'utf8');
    for (const text of [
      'lenet5 on digits',
      `${(100 * outcome.test.top1).toFixed(2)} %`,
      'sgd, rate 0.05, momentum 0.9',
    ])
      expect(page).toContain(text);
    expect(page).toMatch(/<pre>convoke train --model lenet5 --data \S+ --out \S+ --epochs 6 /);
    const wrong = Math.round((1 - outcome.test.top1) * 100);
    expect(page.split('src="data:image/png;base64,').length - 1).toBe(wrong);
  });

  it('classifies through the hub that its folder is', async () => {
    const { code, stdout } = await run(['classify', at('five.png'), '--model', 'lenet5', '--hub', at('run'), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)[0].top[0]).toMatchObject({ label: '5', index: 5 });
  });

  it('is evaluated alone and together with itself, to the same scores', async () => {
    const weights = at('run/model.safetensors');
    const args = ['evaluate', '--data', at('digits'), '--json', '--model'];
    const alone = JSON.parse((await run([...args, 'lenet5', '--hub', at('run')])).stdout);
    const { loss, ...shares } = outcome.test;
    expect(alone).toMatchObject({ models: ['lenet5'], views: 'centre', ...shares });
    expect(alone.loss).toBeCloseTo(loss, 6);
    expect(alone.wrong).toHaveLength(Math.round((1 - shares.top1) * 100));
    const half = JSON.parse((await run([...args, 'lenet5', '--hub', at('run'), '--precision', 'f16'])).stdout);
    expect(half).toMatchObject({ models: ['lenet5'], ...shares });
    expect(half.loss).not.toBe(alone.loss);
    const pair = JSON.parse((await run([...args, 'lenet5,lenet5', '--weights', `${weights},${weights}`])).stdout);
    expect(pair).toMatchObject({ models: ['lenet5', 'lenet5'], ...shares });
  });

  it('says what it is worth to a person, too', async () => {
    const { code, stdout } = await run(['evaluate', '--model', 'lenet5', '--hub', at('run'), '--data', at('digits')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^lenet5 on 100 pictures of .*\n {2}top-1 {2}9\d\.00 %\n {2}top-5 {2}\d+\.00 %\n {2}loss {3}0\.\d{4}\n/,
    );
  });

  it.each([
    ['gradcam', []],
    ['saliency', ['--class', '3']],
  ])('explains by %s', async (method, more) => {
    const file = at(`${method}.png`);
    const args = [
      'explain',
      at('five.png'),
      '--model',
      'lenet5',
      '--hub',
      at('run'),
      '--method',
      method,
      '--out',
      file,
    ];
    const { code, stdout, stderr } = await run([...args, ...more, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ method, file, class: { label: more[1] ?? '5' } });
    expect(answer.top).toHaveLength(5);
    const { width, height, data } = await decodeImage(file);
    expect([width, height]).toEqual([224, 224]);
    // Something is hot, and something is not.
    const reds = Array.from({ length: width * height }, (_, i) => data[3 * i]! - data[3 * i + 2]!);
    expect(Math.max(...reds)).toBeGreaterThan(60);
    expect(Math.min(...reds)).toBeLessThan(0);
  });

  it('knows no class of another name', async () => {
    const args = ['explain', at('five.png'), '--model', 'lenet5', '--hub', at('run'), '--class', 'eleven'];
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^convoke: --class: lenet5 has no class 'eleven'/);
  });

  it('reads digits that are drawn for it', async () => {
    const args = ['digits', '--model', 'lenet5', '--hub', at('run')];
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^( +\d(, not \d)?){5}\n( +\d+\.\d %){5}\n\nlenet5 TRAINED read these 5 digits/m);
    const { digits } = JSON.parse((await run([...args, '--seed', '4', '--json'])).stdout);
    expect(new Set(digits.map(({ digit }: { digit: number }) => digit)).size).toBe(5);
  });
});

describe.skipIf(!driver)('training', { timeout: 240_000 }, () => {
  it('that is interrupted goes on to the same weights', async () => {
    const { code, stdout, stderr } = await train('whole', 3);
    expect(code).toBe(0);
    expect(stdout).toMatch(/of 100 pictures right \(\d+ wrong\), loss/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
    const begun = (async () => {
      while (!existsSync(at('parts/last.safetensors'))) await sleep(20);
    })();
    const first = await train('parts', 3, [], { interrupt: begun });
    expect(first.code).toBe(130);
    expect(first.stderr).toMatch(
      /^epoch 1 of 3 .*\n(epoch 2 of 3 .*\n)?epoch [123] of 3 {2}interrupted\nconvoke: interrupted; --resume goes on from/,
    );
    expect(existsSync(at('parts/model.safetensors'))).toBe(false);
    const second = await train('parts', 3, ['--resume']);
    expect(second.code).toBe(0);
    const weights = (out: string) => readFile(at(`${out}/model.safetensors`));
    expect((await weights('parts')).equals(await weights('whole'))).toBe(true);
  });

  it('takes up no checkpoint of another recipe', async () => {
    const { code, stderr } = await train('whole', 4, ['--resume', '--optimizer', 'adam', '--lr', '0.001']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^convoke: .*last\.safetensors has optimizer sgd, the trainer has adam\n$/);
  });

  it('keeps the best epoch where others judge it, augments, averages, clips and accumulates', async () => {
    const more = ['--validate', '0.2', '--augment', 'digits', '--average', '0.9', '--clip', '5', '--accumulate', '2'];
    const { code, stdout } = await train('all', 2, [...more, '--weight-decay', '0.0005', '--patience', '1', '--json']);
    expect(code).toBe(0);
    const { epochs, test } = JSON.parse(stdout) as Outcome;
    expect(epochs[0]!.validation!.count).toBe(60);
    expect(test.count).toBe(100);
    const page = await readFile(at('all/report.html'), 'utf8');
    for (const text of [
      '60 others',
      'gradients clipped to a norm of 5',
      '30, 2 batches for one update',
      'weight decay 0.0005',
    ])
      expect(page).toContain(text);
  });

  it('begins with weights that are given, and leaves what is frozen as it is', async () => {
    await train('first', 1);
    const given = at('first/model.safetensors');
    const { code } = await train('tuned', 1, [
      '--weights',
      given,
      '--freeze',
      'conv*',
      '--optimizer',
      'adamw',
      '--lr',
      '0.001',
    ]);
    expect(code).toBe(0);
    const [before, after] = await Promise.all([tensors(given), tensors(at('tuned/model.safetensors'))]);
    const same = Object.keys(before).filter((name) => before[name] === after[name]);
    expect(same.sort()).toEqual(['conv1.bias', 'conv1.weight', 'conv2.bias', 'conv2.weight']);
  });

  it('says in one line what is wrong with the data', async () => {
    await writeFile(at('notes.md'), 'no pictures');
    const { code, stdout, stderr } = await run(['train', '--model', 'lenet5', '--data', at('nowhere'), '--json']);
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(stderr).toBe(`convoke: ${error.message}\n`);
  });
});

/** The bytes of every tensor, as text. */
async function tensors(path: string): Promise<Record<string, string>> {
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return Object.fromEntries(
    entries.map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, bytes.toString('hex', 8 + length + from, 8 + length + to)],
    ),
  );
}
