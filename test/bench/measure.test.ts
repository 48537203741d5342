// What the benches say of a list of times.

import { describe, expect, it } from 'vitest';
import { alternate, median, timed, timesOf } from '../../bench/measure.ts';

const samples = (walls: readonly number[]) => walls.map((wallMs) => ({ wallMs, cpuMs: 2 * wallMs }));

describe('timesOf', () => {
  it('gives median, best and p99', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);
    expect(timesOf(samples(hundred))).toEqual({ runs: 100, medianMs: 50.5, bestMs: 1, p99Ms: 99, cpuMedianMs: 101 });
  });

  it('takes the worst of few for p99', () => {
    expect(timesOf(samples([3, 9, 4])).p99Ms).toBe(9);
    expect(median([3, 9, 4])).toBe(4);
  });
});

describe('alternate', () => {
  it('runs the contenders in turn and keeps their samples apart', async () => {
    const order: string[] = [];
    const run = (name: string) => async () => void order.push(name);
    const result = await alternate(2, { a: run('a'), b: run('b') });
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect([result.a.length, result.b.length]).toEqual([2, 2]);
  });
});

describe('timed', () => {
  it('returns the result beside its times', async () => {
    const { result, wallMs, cpuMs } = await timed(() => new Promise((resolve) => setTimeout(() => resolve(7), 60)));
    expect(result).toBe(7);
    expect(wallMs).toBeGreaterThan(55);
    expect(cpuMs).toBeGreaterThanOrEqual(0);
  });
});
