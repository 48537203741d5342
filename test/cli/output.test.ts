// How numbers and bars look to people.
import { describe, expect, it } from 'vitest';
import { bar, binarySize, duration, short, size } from '../../src/cli/output.ts';

describe('a bar', () => {
  it.each([
    [0, ''],
    [1, '████'],
    [0.5, '██'],
    [1 / 32, '▏'],
    [7 / 32, '▉'],
    [9 / 32, '█▏'],
    [0.999, '████'],
  ])('of %f of four columns is %s', (share, text) => {
    expect(bar(share, 4)).toBe(text);
  });
});

describe('numbers', () => {
  it.each([
    [0.5, '0.50 ms'],
    [41.23, '41.2 ms'],
    [415.4, '415 ms'],
    [999.7, '1.00 s'],
    [12_345, '12.3 s'],
  ])('%f milliseconds', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [12, '12 bytes'],
    [4_200, '4.2 kB'],
    [23_426_544, '23 MB'],
    [999_600, '1.0 MB'],
  ])('%i bytes', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it('of limits and models', () => {
    expect([binarySize(16_384), binarySize(2 ** 27), binarySize(2 ** 32 - 4)]).toEqual([
      '16 KiB',
      '128 MiB',
      '4.0 GiB',
    ]);
    expect([short(11_689_512), short(1_814_073_344), short(416_520), short(10)]).toEqual([
      '11.69 M',
      '1.81 G',
      '416.5 k',
      '10',
    ]);
  });
});
