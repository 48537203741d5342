// Digits in the terminal: side by side, within its width, in greys or in dots.
import { describe, expect, it } from 'vitest';
import { visible } from '../../src/cli/chart.ts';
import { pictureRows } from '../../src/cli/digit_picture.ts';
import { drawDigit } from '../../src/image/digits.ts';

const pictures = [3, 1, 4, 5, 9].map((digit) => ({ pixels: drawDigit(digit, 1), lines: [String(digit), '99.8 %'] }));

describe('five digits', () => {
  it('are drawn in dots where there is no colour', () => {
    const lines = pictureRows(pictures, { width: 80, colour: false });
    expect(`\n${lines.join('\n')}`).toMatchInlineSnapshot(`
      "

          ⣤⣶⣶⣶⣶⡶            ⣴⣦            ⢠⡶   ⣴           ⣠⣶⣶⣶⠶⠶⠷        ⢀⣠⣴⣶⣦⣄⡀
          ⠈ ⣠⡿⠋           ⢠⣾⣿⣿           ⢀⡿⠁  ⢀⡟          ⢰⣿⣁⡀           ⢰⣿⠟⠉ ⣨⣿⡟
           ⠾⠿⠿⣷⡄          ⠈⠉⢸⣿           ⠘⣧⣀⣤⣴⣿⠃          ⠻⠛⠛⠻⢷⡄         ⠘⣿⣦⣤⣾⣿⡿⠁
              ⣽⡇            ⠸⣿             ⠉⠁⣰⡏              ⢀⣼⡇           ⠉⢉⣽⡿⠁
         ⠾⣦⣄⣤⡾⠋              ⣿⡀             ⣰⡟          ⣶⣤⣤⣤⡶⠟⠋          ⢀⣤⣴⡿⠟
           ⠉⠁                ⠉              ⠉                            ⠈⠉⠁
            3               1               4               5               9
          99.8 %          99.8 %          99.8 %          99.8 %          99.8 %
      "
    `);
  });

  it.each([16, 40, 80, 150, 200])('fit %i columns', (width) => {
    for (const colour of [true, false]) {
      const lines = pictureRows(pictures, { width, colour });
      expect(lines.length).toBeGreaterThan(8);
      for (const line of lines) expect([...visible(line)].length).toBeLessThanOrEqual(width);
    }
  });

  it('are full size where they fit in a row, else half', () => {
    const height = (width: number) => pictureRows(pictures, { width, colour: true }).length - 3;
    expect([height(148), height(147)]).toEqual([14, 7]);
  });

  it('are as grey as they are: each character has the pixel above and the one below', () => {
    const [{ pixels }] = pictures as [(typeof pictures)[0]];
    const lines = pictureRows([pictures[0]!], { width: 80, colour: true });
    const cells = lines.slice(0, 14).map((line) => [...line.matchAll(/38;2;(\d+);\d+;\d+;48;2;(\d+);/g)]);
    expect(cells.map((row) => row.length)).toEqual(Array(14).fill(28));
    for (const [row, found] of cells.entries())
      for (const [x, [, above, below]] of found.entries())
        expect([Number(above), Number(below)]).toEqual(
          [2 * row, 2 * row + 1].map((y) => pixels.data[3 * (y * 28 + x)]),
        );
  });
});

it('nothing is no lines', () => {
  expect(pictureRows([], { width: 80, colour: true })).toEqual([]);
});
