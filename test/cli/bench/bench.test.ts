// `convoke bench` on a GPU, with little to do: every part, the files it leaves, and reports side by side.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKernel } from '../../../src/cli/bench/kernel_times.ts';
import { layers } from '../../../src/cli/bench/layers.ts';
import { againstPlain } from '../../../src/cli/bench/same_result.ts';
import { type Report, reportSchema } from '../../../src/cli/bench/schema.ts';
import { openDevice } from '../../../src/index.ts';
import { benchReport } from '../../support/bench_reports.ts';
import { buildCommand, removeCommand, runCommand } from '../../support/command.ts';

const wanted = (process.env.CONVOKE_TEST_DRIVERS ?? 'lavapipe').split(',');
const [driver] = wanted.filter((name) => ['lavapipe', 'swiftshader', 'auto'].includes(name));

let folder: string;
beforeAll(async () => {
  await buildCommand();
  folder = await mkdtemp(join(tmpdir(), 'convoke-bench-'));
});
afterAll(async () => {
  await removeCommand();
  await rm(folder, { recursive: true, force: true });
});

describe.runIf(driver !== undefined)('bench', () => {
  it('measures everything, prints it, and writes both files', { timeout: 300_000 }, async () => {
    const [json, html] = [join(folder, 'all.json'), join(folder, 'all.html')];
    const args = [
      '--filter',
      'adaptive_avg_pool2d resnet50',
      '--model',
      'lenet5',
      '--rounds',
      '1',
      '--driver',
      driver!,
    ];
    const { code, stdout, stderr } = await runCommand(['bench', ...args, '--json', json, '--html', html]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: `written to ${json}\nwritten to ${html}\n` });
    for (const text of ['multiply-adds, f32', 'adaptive_avg_pool2d *', 'model, ms', 'training step, ms', 'lenet5'])
      expect(stdout).toContain(text);
    const report = reportSchema.parse(JSON.parse(await readFile(json, 'utf8'))) satisfies Report;
    expect(report.environment).toMatchObject({ driver, software: true });
    expect(report.environment.versions).toMatchObject({ node: process.versions.node, webgpu: expect.any(String) });
    expect(report.roof!.f32Gflops).toBeGreaterThan(0);
    const [pool] = report.kernels!;
    expect(pool!.layer).toBe('adaptive_avg_pool2d resnet50 avgpool');
    expect(pool!.kernels.every(({ wrong, medianMs }) => wrong === null && medianMs > 0)).toBe(true);
    expect(pool!.kernels.filter(({ chosen }) => chosen)).toHaveLength(1);
    expect(report.models).toMatchObject([{ model: 'lenet5', size: 28, batch: 1 }]);
    expect(report.models![0]!.peakBytes).toBeGreaterThan(4 * 61_706);
    const [step] = report.training!;
    expect(step!.firstLoss).toBeCloseTo(Math.log(10), 0);
    expect(step!.lastLoss).toBeLessThan(step!.firstLoss);
    const page = await readFile(html, 'utf8');
    expect(page).toContain(report.environment.adapter);
    expect(page).not.toMatch(/https?:|<script|<img|<link/);
  });

  it('finds a kernel wrong whose result is another, and no other', { timeout: 120_000 }, async () => {
    const device = await openDevice({ driver: driver! });
    const layer = layers(1).find(({ title }) => title === 'conv2d_input_gradient lenet5 conv2')!;
    const tensors = layer.tensors();
    const weight = tensors.w!;
    const off = { ...tensors, w: { ...weight, data: weight.data.map((value, i) => (i === 7 ? value + 1e-4 : value)) } };
    const check = againstPlain(device, layer);
    const verdicts: (string | null)[] = [];
    for (const [kernel, given] of [
      ['conv2d_direct', tensors],
      ['conv2d_grouped', tensors],
      ['conv2d_grouped', off],
    ] as const) {
      const executor = await openKernel(device, layer, kernel, given);
      verdicts.push(await check(executor, kernel));
      executor.dispose();
    }
    expect(verdicts.slice(0, 2)).toEqual([null, null]);
    expect(verdicts[2]).toMatch(/^element \d+ is \S+, by the plain kernel \S+: apart by [\d.]+ times the bound/);
    device.destroy();
  });
});

describe('bench merge', () => {
  it('puts reports side by side, in words, numbers and a page', async () => {
    const files = [join(folder, 'a.json'), join(folder, 'b.json')];
    await writeFile(files[0]!, JSON.stringify(benchReport('slow GPU', 1)));
    await writeFile(files[1]!, JSON.stringify(benchReport('fast GPU', 4)));
    const [json, html] = [join(folder, 'both.json'), join(folder, 'both.html')];
    const { code, stdout } = await runCommand(['bench', 'merge', ...files, '--json', json, '--html', html]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^A {2}slow GPU .*\nB {2}fast GPU /);
    expect(stdout).toMatch(/^peak: multiply-adds, f32 +1,000 GFLOP\/s +4,000 GFLOP\/s +4 x$/m);
    expect(stdout).toMatch(/^conv2d resnet18 layer1\.0\.conv1 +500 µs +125 µs +4 x$/m);
    const merged = JSON.parse(await readFile(json, 'utf8'));
    expect(merged.environments.map(({ adapter }: { adapter: string }) => adapter)).toEqual(['slow GPU', 'fast GPU']);
    expect(merged.rows[0]).toEqual({
      part: 'peak',
      name: 'multiply-adds, f32',
      unit: 'GFLOP/s',
      values: [1000, 4000],
      ratios: [1, 4],
    });
    const page = await readFile(html, 'utf8');
    for (const text of ['convoke on 2 adapters', 'slow GPU', 'fast GPU, ratio', '4 x']) expect(page).toContain(text);
    expect(page).not.toMatch(/https?:|<script|<img|<link/);
  });

  it.each([
    ['text', 'not JSON', 'it is not JSON'],
    ['another', '{ "bench": "models" }', 'format must be convoke bench 1 and is undefined'],
    [
      'half',
      JSON.stringify({ ...benchReport('x', 1), roof: { clock: 'wall' } }),
      'roof.f32Gflops must be of type number and is undefined',
    ],
  ])('refuses %s by its name', async (name, text, problem) => {
    const [good, bad] = [join(folder, 'good.json'), join(folder, `${name}.json`)];
    await writeFile(good, JSON.stringify(benchReport('x', 1)));
    await writeFile(bad, text);
    const { code, stdout, stderr } = await runCommand(['bench', 'merge', good, bad]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`convoke: ${bad} is no report of convoke bench: ${problem}`);
  });
});
