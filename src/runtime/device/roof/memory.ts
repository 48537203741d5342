// How many bytes a second an adapter reads and copies, of storage buffers larger than its caches.

import { defineKernel } from '../../../wgsl/kernel.ts';
import type { Bench } from './bench.ts';
import copyText from './copy_memory.wgsl';
import fillText from './fill_memory.wgsl';
import memory from './memory.wgsl';
import readText from './read_memory.wgsl';

const WORKGROUP = 64;
const MODULUS = 61;
const VECTOR_BYTES = 16;
/** Vectors that an invocation reads before it asks whether there are more. */
const UNROLLED = 4;
/** Few invocations with a block each, many side by side. */
const BLOCK_GROUPS = 256;
const MANY_GROUPS = 4096;
const LEAST_VECTORS = WORKGROUP * MANY_GROUPS * UNROLLED;

const fill = defineKernel('fill_memory', [memory, fillText]);
const read = defineKernel('read_memory', [memory, readText]);
const copy = defineKernel('copy_memory', [memory, copyText]);

interface Rates {
  readonly readGbytes: number;
  readonly copyGbytes: number;
}

/** Who goes through which vectors, in the words of memory.wgsl. */
interface Walk {
  readonly groups: number;
  readonly count: number;
  readonly across: number;
  readonly along: number;
}

/** 10^9 bytes a second, the better of two ways to go through `bytes`, or a little less. Throws DeviceError 'wrong_result'. */
export async function memoryRates(bench: Bench, bytes: number): Promise<Rates> {
  // Whole for either way.
  const vectors = Math.floor(bytes / VECTOR_BYTES / LEAST_VECTORS) * LEAST_VECTORS;
  const size = VECTOR_BYTES * vectors;
  const buffers = { x: await bench.storage('memory', size), copied: await bench.storage('copy', size) };
  const walks = [MANY_GROUPS, BLOCK_GROUPS].map((groups): Walk => {
    const invocations = WORKGROUP * groups;
    const count = vectors / invocations;
    return {
      groups,
      count,
      ...(groups === MANY_GROUPS ? { across: 1, along: invocations } : { across: count, along: 1 }),
    };
  });
  let best: Rates = { readGbytes: 0, copyGbytes: 0 };
  for (const walk of walks) {
    const { readGbytes, copyGbytes } = await ratesOf(bench, buffers, walk);
    best = {
      readGbytes: Math.max(best.readGbytes, readGbytes),
      copyGbytes: Math.max(best.copyGbytes, copyGbytes),
    };
  }
  for (const buffer of Object.values(buffers)) bench.free(buffer);
  return best;
}

async function ratesOf(
  bench: Bench,
  { x, copied }: Readonly<Record<'x' | 'copied', GPUBuffer>>,
  walk: Walk,
): Promise<Rates> {
  const { groups, count, across, along } = walk;
  const uniforms = { count, across, along };
  const sums = await bench.storage('sums', 4 * WORKGROUP * groups);
  const sumOf = (invocation: number) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += (invocation * across + k * along) % MODULUS;
    return 4 * sum;
  };
  await bench.timer.time([await bench.bound(fill, groups, { x }, uniforms)], 1);

  const reading = await bench.bound(read, groups, { x, y: sums }, uniforms);
  await bench.timer.time([reading], 1);
  await bench.check(read.name, sums, sumOf);
  const readMs = await bench.best(reading);

  const copying = await bench.bound(copy, groups, { x, y: copied }, uniforms);
  const again = await bench.bound(read, groups, { x: copied, y: sums }, uniforms);
  await bench.timer.time([copying, again], 1);
  await bench.check(copy.name, sums, sumOf);
  const copyMs = await bench.best(copying);
  bench.free(sums);
  return { readGbytes: x.size / readMs / 1e6, copyGbytes: (2 * x.size) / copyMs / 1e6 };
}
