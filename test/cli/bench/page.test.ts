// The page about measured adapters: whole, safe whatever they are called, in need of nothing else; and what is said side by side.
import { describe, expect, it } from 'vitest';
import { columnNames, compareReports } from '../../../src/cli/bench/comparison.ts';
import { benchPage } from '../../../src/cli/bench/page.ts';
import { type Report, reportSchema } from '../../../src/cli/bench/schema.ts';
import { benchReport } from '../../support/bench_reports.ts';
import { unbalanced } from '../../support/markup.ts';

const nasty = `<script>alert("1 & 2")</script>'`;
const slow = benchReport('slow GPU', 1);
const fast = benchReport('fast GPU', 4);

function wrongKernel(): Report {
  const [first, ...rest] = slow.kernels!;
  const kernels = first!.kernels.map((kernel) => ({ ...kernel, wrong: 'element 0 is 1', medianMs: 0, gflops: 0 }));
  return { ...slow, kernels: [{ ...first!, kernels }, ...rest] };
}

function named(adapter: string): Report {
  const { kernels = [], models = [], environment } = benchReport(adapter, 1);
  return benchReport(adapter, 1, {
    environment: { ...environment, driver: adapter, cpu: adapter, versions: { convoke: adapter } },
    kernels: kernels.map((row) => ({ ...row, layer: adapter })),
    models: models.map((row) => ({ ...row, model: adapter })),
  });
}

const { roof: _, ...withoutRoof } = slow;
const { kernels: __, models: ___, training: ____, ...peakAlone } = slow;
const pages: readonly (readonly [string, readonly Report[]])[] = [
  ['of one adapter', [slow]],
  ['of two', [slow, fast]],
  ['of one without f16', [benchReport('x', 1, { roof: { ...slow.roof!, f16Gflops: null, clock: 'wall' } })]],
  ['of one whose f16 is slower', [benchReport('x', 1, { roof: { ...slow.roof!, f16Gflops: 300 } })]],
  ['of peaks alone', [peakAlone]],
  ['of models alone', [{ ...withoutRoof, kernels: undefined } as Report]],
  ['of a wrong kernel', [wrongKernel()]],
  ['of an unkind name', [named(nasty)]],
  ['of two unkind names', [named(nasty), named(`${nasty}2`)]],
];

describe.each(pages)('a page %s', (_, reports) => {
  const page = benchPage(reports);

  it('is well formed', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/undefined|NaN|\[object|Infinity|null/);
  });

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/https?:|\/\/\w|<script|<link|<iframe|<img|@import|url\(|(?:src|href)=| on\w+="/);
    expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"`);
  });
});

describe('a page', () => {
  it('has every layer as a labelled point under the roof', () => {
    const page = benchPage([slow]);
    const circles = [...page.matchAll(/<circle class="(\w+)" cx="([\d.]+)" cy="([\d.]+)"/g)];
    expect(circles.map(([, kind]) => kind)).toEqual(['other', 'point', 'other', 'backward', 'other', 'point']);
    for (const [, , x, y] of circles) {
      expect(Number(x)).toBeGreaterThan(60);
      expect(Number(x)).toBeLessThan(960);
      expect(Number(y)).toBeGreaterThan(0);
      expect(Number(y)).toBeLessThan(560);
    }
    const labels = [...page.matchAll(/<text class="label"[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    expect(labels.toSorted()).toEqual(['resnet18 layer1.0.conv1', 'resnet18 maxpool', '∂w resnet18 layer1.0.conv1']);
    expect(page).toContain('f32, 1,000 GFLOP/s');
    expect(page).toContain('memory, 100 GB/s');
  });

  it('puts points where the axes say', () => {
    const page = benchPage([slow]);
    const ticks = [...page.matchAll(/<text class="value" x="[\d.]+" y="([\d.]+)">([\d.,]+)<\/text>/g)];
    const height = (value: string) => Number(ticks.find(([, , text]) => text === value)![1]);
    // 231 MFLOP in 0.5 ms are 462 GFLOP/s: between 100 and 1000, by its logarithm.
    const share =
      (height('100') - Number(/class="point" cx="[\d.]+" cy="([\d.]+)"/.exec(page)![1])) /
      (height('100') - height('1,000'));
    expect(share).toBeCloseTo(Math.log10(4.62), 2);
  });

  it('tells what is wrong with a kernel', () => {
    expect(benchPage([wrongKernel()])).toContain('<td class="wrong" colspan="5">element 0 is 1</td>');
  });

  it('says when the machine was too busy to believe it', () => {
    const busy = benchReport('x', 1, { environment: { ...slow.environment, load: 9 } });
    expect(benchPage([busy])).toContain('The machine was busy (load 9 on 8 cores)');
    expect(benchPage([slow])).not.toContain('busy');
  });
});

describe('side by side', () => {
  it('counts how many times as fast as the first, whatever the unit', () => {
    const rows = compareReports([slow, fast]);
    const ratio = (name: string) => rows.find((row) => row.name === name)!.ratios[1];
    for (const name of [
      'multiply-adds, f32',
      'memory, read',
      'a dispatch',
      'conv2d resnet18 layer1.0.conv1',
      'resnet18',
    ])
      expect(ratio(name), name).toBeCloseTo(4);
    expect(ratio('lenet5, batch 64, 28 x 28')).toBe(1);
    expect(rows.every(({ ratios }) => ratios[0] === 1)).toBe(true);
  });

  it('leaves open what one of them lacks', () => {
    const rows = compareReports([{ ...fast, models: [] }, slow]);
    expect(rows.find(({ name }) => name === 'resnet18')).toMatchObject({ values: [null, 100], ratios: [null, null] });
    const other = compareReports([slow, { ...fast, roof: { ...fast.roof!, f16Gflops: null } }]);
    expect(other.find(({ name }) => name === 'multiply-adds, f16')).toMatchObject({ values: [2000, null] });
  });

  it('leaves out kernels that were wrong', () => {
    const row = compareReports([wrongKernel(), fast]).find(({ name }) => name === 'conv2d resnet18 layer1.0.conv1');
    expect(row!.values[0]).toBeNull();
  });

  it('tells adapters of one name apart', () => {
    const later = benchReport('slow GPU', 1, { environment: { ...slow.environment, driver: 'other' } });
    expect(columnNames([slow, fast])).toEqual(['slow GPU', 'fast GPU']);
    expect(columnNames([slow, later])).toEqual([
      'slow GPU, auto, 2026-01-02 03:04',
      'slow GPU, other, 2026-01-02 03:04',
    ]);
    expect(new Set(columnNames([slow, slow, fast])).size).toBe(3);
  });
});

it('a report is what the schema takes, and nothing else is', () => {
  expect(reportSchema.safeParse(slow).success).toBe(true);
  expect(reportSchema.safeParse({ ...slow, format: 'convoke bench 0' }).success).toBe(false);
  expect(reportSchema.safeParse({ ...slow, models: [{ model: 'resnet18' }] }).success).toBe(false);
});
