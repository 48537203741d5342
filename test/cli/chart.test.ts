// Curves in the terminal, with dots and without.
import { describe, expect, it } from 'vitest';
import { beside, chart, visible } from '../../src/cli/chart.ts';

const loss = [
  { name: 'training', values: [0.8, 0.5, 0.3, 0.2, 0.15, 0.12] },
  { name: 'validation', values: [0.6, 0.35, null, 0.2, 0.16, 0.14] },
];
const text = (lines: readonly string[]) => `\n${lines.map(visible).join('\n')}\n`;

describe('a chart', () => {
  it('is drawn with dots', () => {
    expect(text(chart('loss', loss, { width: 40, height: 5 }))).toMatchInlineSnapshot(`
      "
      loss  ━━ training  ━━ validation
       0.8 ┤⠑⠢⢄
           │⢄⡀ ⠉⠢⢄⡀
      0.46 ┤ ⠈⠑⠢⢄⡀⠈⠑⠢⢄⣀
           │     ⠈⠑⠒⠢⠤⠤⠭⣒⣤⣤⣀⣀
      0.12 ┤               ⠉⠉⠉⠙⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⢤⣤⣤⣤
           └──────────────────────────────────
            1              epoch             6
      "
    `);
  });

  it('is plain where the terminal is', () => {
    const lines = chart('accuracy', loss, {
      width: 32,
      height: 5,
      plain: true,
      label: (x) => `${(100 * x).toFixed(0)} %`,
    });
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      accuracy  o training  * validation
      80 % +oo
           |**oo
      46 % +  **oooo
           |    ******ooo
      12 % +          ****************
           +--------------------------
            1          epoch         6
      "
    `);
    for (const line of lines) expect(line).toMatch(/^[ -~]*$/);
  });

  it.each([24, 40, 80, 133])('of %i columns is no wider', (width) => {
    for (const plain of [true, false])
      for (const line of chart('', loss, { width, plain }).slice(1))
        expect([...visible(line)].length).toBeLessThanOrEqual(width);
  });

  it('colours a curve alike in the legend and in the plot', () => {
    const lines = chart('loss', loss, { width: 40 }).join('\n');
    const colours = new Set([...lines.matchAll(/38;5;\d+/g)].map(([colour]) => colour));
    expect([...colours]).toEqual(['38;5;33', '38;5;208']);
  });

  it('of one epoch is a dot, of a constant a line in the middle', () => {
    expect(text(chart('loss', [{ name: 'training', values: [0.5] }], { width: 24, height: 3 }))).toMatchInlineSnapshot(`
      "
      loss  ━━ training
      0.75 ┤
       0.5 ┤⠄
      0.25 ┤
           └──────────────────
            epoch 1
      "
    `);
    expect(
      text(chart('loss', [{ name: 'training', values: [2, 2] }], { width: 24, height: 3 })),
    ).toMatchInlineSnapshot(`
      "
      loss  ━━ training
      3 ┤
      2 ┤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤
      1 ┤
        └─────────────────────
         1       epoch       2
      "
    `);
  });

  it('is not drawn of nothing, and leaves out a curve that has no value', () => {
    expect(chart('loss', [{ name: 'training', values: [] }], { width: 40 })).toEqual([]);
    const lines = chart('loss', [loss[0]!, { name: 'validation', values: [null, null] }], { width: 40, plain: true });
    expect(lines[0]).toBe('loss  o training');
  });

  it('leaves out what is no number', () => {
    const lines = chart('loss', [{ name: 'training', values: [1, Number.NaN, 0.5] }], { width: 24, plain: true });
    expect(lines.join('\n')).not.toContain('NaN');
  });
});

describe('two blocks', () => {
  it('stand beside each other, coloured or not', () => {
    expect(beside(['a', '\u001b[1mbb\u001b[22m'], ['c', 'd', 'e'], 4)).toEqual([
      'a   c',
      '\u001b[1mbb\u001b[22m  d',
      '    e',
    ]);
  });
});
