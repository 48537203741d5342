// How many multiply-adds a second an adapter does, out of registers.

import { defineKernel, type Kernel } from '../../../wgsl/kernel.ts';
import type { Bench } from './bench.ts';
import laneF16 from './lane_f16.wgsl';
import laneF32 from './lane_f32.wgsl';
import eight from './multiply_add_8.wgsl';
import sixteen from './multiply_add_16.wgsl';

const WORKGROUP = 64;
/** Multiply-adds of a chain in a round, as the kernels are written. */
const STEPS = 8;
/** A chain counts to 1024 and a little more, which f16 holds exactly. */
const ROUNDS = 128;
/** Few registers suit CPUs, many chains hide a GPU's latency. */
const variants = [
  { chains: 8, source: eight },
  { chains: 16, source: sixteen },
];
const LEAST_MS = 5;

/** 10^9 floating-point operations a second, the better of the variants. Throws DeviceError 'wrong_result'. */
export async function multiplyAddRate(bench: Bench, lane: 'f32' | 'f16'): Promise<number> {
  let best = 0;
  for (const { chains, source } of variants) {
    const kernel = defineKernel(`multiply_add_${chains}_${lane}`, [lane === 'f16' ? laneF16 : laneF32, source], {
      enables: lane === 'f16' ? ['f16'] : [],
    });
    best = Math.max(best, await rate(bench, kernel, chains));
  }
  return best;
}

async function rate(bench: Bench, kernel: Kernel, chains: number): Promise<number> {
  const most = bench.device.facts.limits.maxComputeWorkgroupsPerDimension;
  // As many workgroups as it takes to fill the adapter, which nothing tells beforehand.
  for (let groups = 64; ; groups = Math.min(most, 4 * groups)) {
    const y = await bench.storage('sums', 4 * WORKGROUP * groups);
    const run = await bench.bound(kernel, groups, { y }, { factor: 1, step: 1, rounds: ROUNDS });
    const once = await bench.timer.time([run], 1);
    if (once < LEAST_MS && groups < most) {
      bench.free(y);
      continue;
    }
    const sum = chains * ROUNDS * STEPS + (chains * (chains - 1)) / 2;
    await bench.check(kernel.name, y, () => sum);
    const ms = await bench.best(run);
    bench.free(y);
    return (2 * chains * STEPS * ROUNDS * WORKGROUP * groups) / ms / 1e6;
  }
}
