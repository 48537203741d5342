// What `--schedule` takes: names, numbers after a colon, and the rates that come of them.
import { describe, expect, it } from 'vitest';
import { scheduleFor } from '../../src/cli/schedules.ts';

/** The rates at the beginning of each epoch. */
function rates(text: string, epochs: number, metric = (_epoch: number) => 1): number[] {
  const schedule = scheduleFor(text, { epochs, lr: 1 });
  let state = schedule.start(1);
  return Array.from({ length: epochs }, (_, i) => {
    const rate = schedule.rate(state);
    state = schedule.after(state, { epoch: i + 1, metric: metric(i) });
    return Number(rate.toPrecision(6));
  });
}

describe('a schedule', () => {
  it.each<[string, number[]]>([
    ['constant', [1, 1, 1, 1, 1, 1]],
    ['step', [1, 1, 0.1, 0.1, 0.01, 0.01]],
    ['step:3,0.5', [1, 1, 1, 0.5, 0.5, 0.5]],
    ['multi-step:1,4', [1, 0.1, 0.1, 0.1, 0.01, 0.01]],
    ['exponential:0.5', [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]],
    ['polynomial', [1, 0.833333, 0.666667, 0.5, 0.333333, 0.166667]],
    ['cosine', [1, 0.933013, 0.75, 0.5, 0.25, 0.0669873]],
    ['warmup:2', [0.01, 0.505, 1, 0.853553, 0.5, 0.146447]],
    ['lenet5', [1, 1, 0.4, 0.4, 0.4, 0.2]],
    ['googlenet', [1, 1, 1, 1, 1, 1]],
  ])('%s is %j', (text, expected) => {
    expect(rates(text, 6)).toEqual(expected);
  });

  it('rises and falls in one cycle, up to the rate', () => {
    const cycle = scheduleFor('one-cycle', { epochs: 10, lr: 0.5 });
    const all = Array.from({ length: 10 }, (_, epoch) => cycle.rate({ base: 0.5, epoch }));
    expect(Math.max(...all)).toBeCloseTo(0.5, 12);
    expect(all.indexOf(Math.max(...all))).toBe(3);
    expect(cycle.rate({ base: 0.5, epoch: 9 }, 1)).toBeLessThan(all[0]! / 1000);
  });

  it.each(['plateau:2,0.5', 'alexnet', 'resnet'])('%s falls where nothing gets better, and only there', (text) => {
    const flat = rates(text, 40);
    expect(flat[39]!).toBeLessThan(flat[0]!);
    expect(new Set(rates(text, 40, (epoch) => 1 / (epoch + 1) - epoch)).size).toBe(1);
  });

  it.each([
    ['cosin', "--schedule: there is no 'cosin'; did you mean cosine?"],
    ['xyzzyx', "--schedule: there is no 'xyzzyx'; it takes constant, step, multi-step, exponential"],
    ['step:a', "--schedule step takes numbers after its colon, not 'a'"],
    ['step:', "--schedule step takes numbers after its colon, not ''"],
    ['step:1,2,3', "--schedule step takes at most 2, not '1,2,3'"],
    ['constant:1', "--schedule constant takes no number, not '1'"],
    ['warmup:6', '--schedule warmup:6 leaves nothing of 6 epochs'],
    ['step:0', 'stepLr: epochs'],
  ])('%s is refused', (text, message) => {
    expect(() => scheduleFor(text, { epochs: 6, lr: 1 })).toThrow(message);
  });
});
