// What an adapter can do at most: numbers that make sense, results that are checked, nothing left behind.
import { afterEach, describe, expect, it } from 'vitest';
import { type Acquired, acquire } from '../../../src/runtime/device/acquire.ts';
import { Device } from '../../../src/runtime/device/device.ts';
import { PassTimer } from '../../../src/runtime/device/pass_timer.ts';
import { Bench } from '../../../src/runtime/device/roof/bench.ts';
import { measureRoof } from '../../../src/runtime/device/roof/roof.ts';
import { defineKernel } from '../../../src/wgsl/kernel.ts';
import { spyOn } from '../../support/device_spy.ts';

const devices: Device[] = [];
afterEach(() => {
  for (const device of devices.splice(0)) device.destroy();
});

/** A device of the test's own, `without` timestamps if asked. */
async function open(change: (acquired: Acquired) => Acquired = (acquired) => acquired): Promise<Device> {
  const device = new Device(change(await acquire()));
  devices.push(device);
  return device;
}

const withoutTimestamps = (acquired: Acquired): Acquired => ({
  ...acquired,
  facts: { ...acquired.facts, features: { ...acquired.facts.features, timestamps: false } },
});

describe('the roof', () => {
  it('has rates and times, and frees what they took', { timeout: 120_000 }, async () => {
    const device = await open();
    const spy = spyOn(device.acquired.device);
    const steps: [number, number][] = [];
    const onProgress = (done: number, total: number) => steps.push([done, total]);
    const { clock, f16Gflops, ...roof } = await measureRoof(device, { rounds: 1, bytes: 2 ** 24, onProgress });
    expect(clock).toBe(device.facts.features.timestamps ? 'timestamps' : 'wall');
    for (const [name, value] of Object.entries({ ...roof, ...(f16Gflops !== null && { f16Gflops }) })) {
      expect(value, name).toBeGreaterThan(0);
      expect(value, name).toBeLessThan(1e9);
    }
    expect(f16Gflops === null).toBe(!device.facts.features.f16);
    expect(steps).toEqual(Array.from({ length: 9 }, (_, i) => [i, 8]));
    expect(spy.live()).toEqual([]);
  });

  it('is refused where a kernel gives other numbers than it must', async () => {
    const device = await open();
    const timer = new PassTimer(device.acquired);
    const bench = new Bench(device, timer, 1);
    const y = await bench.storage('y', 16);
    const text =
      '@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { y[i] = f32(i); }';
    await timer.time([await bench.bound(defineKernel('counts', [text]), 1, { y })], 1);
    await bench.check('counts', y, (i) => i);
    await expect(bench.check('counts', y, (i) => i % 3)).rejects.toMatchObject({
      code: 'wrong_result',
      message: 'counts: result 3 is 3, and must be 0',
    });
    bench.dispose();
    timer.dispose();
  });
});

describe('the timer of passes', () => {
  it.each([
    ['timestamps', (acquired: Acquired) => acquired],
    ['the wall', withoutTimestamps],
  ])('by %s runs every dispatch as often as it says', async (clock, change) => {
    const device = await open(change);
    const timer = new PassTimer(device.acquired);
    if (clock === 'the wall') expect(timer.clock).toBe('wall');
    const bench = new Bench(device, timer, 1);
    const y = await bench.storage('y', 4);
    const text =
      '@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(1) fn main() { y[0] += 1; }';
    const run = await bench.bound(defineKernel('counts_runs', [text]), 1, { y });
    const ms = await timer.time([run, run], 5);
    await bench.check('counts_runs', y, () => 10);
    // Clocks may be coarse, and none runs backwards.
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThan(10_000);
    const repeats = await timer.repeatsFor([run], 7);
    expect(repeats).toBeGreaterThanOrEqual(1);
    expect(repeats).toBeLessThanOrEqual(7);
    // Once, and where that is within the grain of the clock, as often as it may be.
    const [runs] = await bench.read(y);
    expect([11, 18]).toContain(runs);
    bench.dispose();
    timer.dispose();
  });
});
