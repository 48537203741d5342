// The digits that convoke draws: as MNIST has them, and the same at every call.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawDigit } from '../../src/image/digits.ts';

const digits = Array.from({ length: 10 }, (_, digit) => digit);
const grey = (digit: number, seed: number) => drawDigit(digit, seed).data.filter((_, i) => i % 3 === 0);

describe.each(digits)('%i', (digit) => {
  it('is white on black in a box of 20 x 20, its centre of mass in the middle', () => {
    for (let seed = 0; seed < 6; seed++) {
      const { width, height, data } = drawDigit(digit, seed);
      expect([width, height, data.length]).toEqual([28, 28, 28 * 28 * 3]);
      const ink = grey(digit, seed);
      expect(Array.from(data)).toEqual(Array.from(ink).flatMap((level) => [level, level, level]));
      expect(Math.max(...ink)).toBe(255);
      const [xs, ys] = [(i: number) => i % 28, (i: number) => Math.floor(i / 28)];
      for (const axis of [xs, ys]) {
        const inked = Array.from(ink.keys()).filter((i) => ink[i]! > 127);
        const reach = inked.map(axis);
        expect(Math.max(...reach) - Math.min(...reach)).toBeLessThanOrEqual(20);
        const mass = ink.reduce((sum, level) => sum + level, 0);
        const centre = ink.reduce((sum, level, i) => sum + level * (axis(i) + 0.5), 0) / mass;
        expect(Math.abs(centre - 14)).toBeLessThan(0.1);
      }
    }
  });

  it('is written anew for every seed', () => {
    const written = new Set(Array.from({ length: 12 }, (_, seed) => grey(digit, seed).join()));
    expect(written.size).toBe(12);
  });
});

it('are the same at every call, in every version', () => {
  const hash = createHash('sha256');
  for (const digit of digits) for (let seed = 0; seed < 10; seed++) hash.update(grey(digit, seed));
  expect(hash.digest('hex')).toMatchInlineSnapshot(
    `"01dce2c04111f8dd2d9dde09c1b50f6cc46c0e498c57bb2f54d9a29866bf6a86"`,
  );
});

it('look like this', () => {
  const picture = grey(5, 3);
  const rows = Array.from({ length: 28 }, (_, y) =>
    Array.from({ length: 28 }, (_, x) => ' .:oO@'[Math.round(picture[y * 28 + x]! / 51)]).join(''),
  );
  expect(`\n${rows.map((row) => row.trimEnd()).join('\n')}\n`).toMatchInlineSnapshot(`
    "




                oooooooooO:
               O@@@@@@@@@@@
              o@@@@@@@@@@@O
             :@@@::::::::.
             @@@o
            :@@O
            o@@:.
            O@@@@@o
            O@@@@@@@:
            .oooO@@@@O
                 :O@@@O
                   :@@@:
                    :@@O
                    .@@O
                    :@@o
                   :@@@:
                .o@@@@O
         oOOoOO@@@@@@O
        :@@@@@@@@@@O:
        .@@@@@@@Oo.
          .....



    "
  `);
});

it.each([
  [10, 0, 'drawDigit: the digit must be 0 to 9 and is 10'],
  [-1, 0, 'drawDigit: the digit must be 0 to 9 and is -1'],
  [1.5, 0, 'drawDigit: the digit must be 0 to 9 and is 1.5'],
  [1, 0.5, 'drawDigit: 0.5 is no whole number'],
])('drawDigit(%f, %f) is refused', (digit, seed, message) => {
  expect(() => drawDigit(digit, seed)).toThrow(message);
});
