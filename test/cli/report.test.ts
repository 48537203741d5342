// The page about a training: whole, safe whatever it is about, and in need of nothing else.
import { describe, expect, it } from 'vitest';
import { html } from '../../src/cli/html.ts';
import { type Report, reportPage } from '../../src/cli/report.ts';
import type { EpochEvent } from '../../src/training/events.ts';
import { unbalanced } from '../support/markup.ts';

const nasty = `<script>alert("1 & 2")</script>'`;
const escaped = '&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;&#39;';

function epoch(number: number, changes: Partial<EpochEvent> = {}): EpochEvent {
  const loss = 1 / number;
  const validation = { loss: 1.2 / number, top1: 1 - 0.5 / number, top5: 1, count: 20 };
  const speed = { seconds: 2, imagesPerSecond: 30, secondsLeft: 0 };
  const result = { loss, accuracy: 1 - 0.4 / number, rate: 0.1 / number, validation, best: number < 4 };
  return { kind: 'epoch', epoch: number, epochs: 5, ...result, ...speed, stopped: null, ...changes };
}

const report: Report = {
  model: 'lenet5',
  data: 'mnist',
  command: 'convoke train --data mnist',
  began: new Date('2026-01-02T03:04:05Z'),
  seconds: 83,
  adapter: 'llvmpipe',
  version: '1.2.3',
  settings: { optimizer: 'sgd', batch: 64 },
  epochs: [1, 2, 3, 4, 5].map((number) => epoch(number)),
  classNames: ['cat', 'dog', 'owl'],
  test: {
    scores: { loss: 0.1234, top1: 0.85, top5: 1, count: 20 },
    confusion: [
      [7, 1, 0],
      [0, 6, 0],
      [2, 0, 4],
    ],
    wrong: [{ name: 'a.png', label: 0, answer: 1, probability: 0.876, picture: 'data:image/png;base64,AAAA' }],
    wrongCount: 3,
  },
};

const pages: readonly (readonly [string, Report])[] = [
  ['of a training', report],
  ['of one epoch', { ...report, epochs: [epoch(1)] }],
  [
    'without a test',
    { ...report, test: null, epochs: [1, 2].map((i) => epoch(i, { validation: null, accuracy: null })) },
  ],
  ['of nothing', { ...report, test: null, epochs: [] }],
  ['of many classes', manyClasses(100)],
  ['of an unkind name', unkind()],
];

function manyClasses(classes: number): Report {
  const row = (truth: number) =>
    Array.from({ length: classes }, (_, i) => (i === truth ? 9 : i === truth - 1 ? truth : 0));
  const confusion = Array.from({ length: classes }, (_, truth) => row(truth));
  return { ...report, classNames: confusion.map((_, i) => `class ${i}`), test: { ...report.test!, confusion } };
}

function unkind(): Report {
  const wrong = report.test!.wrong.map((answer) => ({ ...answer, name: nasty }));
  const names = {
    model: nasty,
    data: nasty,
    command: nasty,
    adapter: nasty,
    version: nasty,
    settings: { [nasty]: nasty },
  };
  return { ...report, ...names, classNames: [nasty, 'dog', 'owl'], test: { ...report.test!, wrong } };
}

describe.each(pages)('a page %s', (_, report) => {
  const page = reportPage(report);

  it('is well formed', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/undefined|NaN|\[object|null/);
  });

  it('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/https?:|\/\/\w|<script|<link|<iframe|@import|url\(| on\w+="/);
    for (const [, source] of page.matchAll(/(?:src|href)="([^"]*)"/g))
      expect(source).toMatch(/^data:image\/png;base64,/);
    expect(page).toContain(`content="default-src &#39;none&#39;; img-src data:; style-src &#39;unsafe-inline&#39;"`);
  });
});

describe('a page', () => {
  const page = reportPage(report);

  it('tells the scores, the speed and the settings', () => {
    for (const text of ['85.00 %', '0.123', '1 min 23 s', 'llvmpipe', '2026-01-02 03:04 UTC', 'convoke 1.2.3'])
      expect(page).toContain(text);
    expect(page).toContain('<th scope="row">optimizer</th><td>sgd</td>');
  });

  it('has a curve for the losses, the accuracies and the rate, and marks the best epoch', () => {
    expect([...page.matchAll(/<path class="line (\w+)"/g)].map(([, kind]) => kind)).toEqual([
      'training',
      'validation',
      'training',
      'validation',
      'rate',
    ]);
    expect(page).toContain('<title>best: epoch 3</title>');
    expect(page).toContain('<title>epoch 2, validation: 75 %</title>');
  });

  it('has every count of the confusion matrix in its place', () => {
    const rows = [...page.matchAll(/<tr><th scope="row">(\w+)<\/th>(<td class="(?:right|wrong|none).*?)<\/tr>/g)];
    const cells = rows.map(([, name, row]) => [
      name,
      ...[...row!.matchAll(/>([\d.]+(?: %)?)<\/td>/g)].map(([, text]) => text),
    ]);
    expect(cells).toEqual([
      ['cat', '7', '1', '0', '87.50 %'],
      ['dog', '0', '6', '0', '100.00 %'],
      ['owl', '2', '0', '4', '66.67 %'],
    ]);
  });

  it('shows what was read wrongly', () => {
    expect(page).toContain('Read wrongly: 3 of 20, 1 of them here');
    expect(page).toMatch(/<b>cat<\/b> read as <b class="answer">dog<\/b><br><small>88 % certain/);
  });

  it('lists the most frequent mistakes where a table would be too large', () => {
    const rows = [...reportPage(manyClasses(100)).matchAll(/<tr><td>(.*?)<\/td><td>(.*?)<\/td><td>(\d+)<\/td>/g)];
    expect(rows).toHaveLength(24);
    expect(rows[0]!.slice(1)).toEqual(['class 99', 'class 98', '99']);
  });

  it('escapes all it is told', () => {
    const page = reportPage(unkind());
    expect(page).not.toContain('alert("');
    expect(page.split(escaped).length - 1).toBeGreaterThan(12);
  });
});

it('markup takes markup as it is, and text as text', () => {
  const item = (text: string) => html`<li title="${text}">${text}</li>`;
  expect(html`<ul>${['a', nasty].map(item)}${null}${3}</ul>`.text).toBe(
    `<ul><li title="a">a</li><li title="${escaped}">${escaped}</li>3</ul>`,
  );
});
