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
const MOST_GROUPS = 4096;

const fill = defineKernel('fill_memory', [memory, fillText]);
const read = defineKernel('read_memory', [memory, readText]);
const copy = defineKernel('copy_memory', [memory, copyText]);

/** 10^9 bytes a second. Throws DeviceError 'wrong_result'. */
export async function memoryRates(
  bench: Bench,
  bytes: number,
): Promise<{ readonly readGbytes: number; readonly copyGbytes: number }> {
  const step = WORKGROUP * UNROLLED * VECTOR_BYTES;
  const groups = Math.max(1, Math.min(MOST_GROUPS, Math.floor(bytes / step / UNROLLED)));
  const invocations = WORKGROUP * groups;
  const size = Math.max(1, Math.floor(bytes / (step * groups))) * step * groups;
  const vectors = size / VECTOR_BYTES;
  const uniforms = { vectors, invocations };
  const x = await bench.storage('memory', size);
  const copied = await bench.storage('copy', size);
  const sums = await bench.storage('sums', 4 * invocations);
  const sumOf = (invocation: number) => {
    let sum = 0;
    for (let i = invocation; i < vectors; i += invocations) sum += i % MODULUS;
    return 4 * sum;
  };
  await bench.timer.time([await bench.bound(fill, groups, { x }, uniforms)], 1);

  const reading = await bench.bound(read, groups, { x, y: sums }, uniforms);
  await bench.timer.time([reading], 1);
  await bench.check(read.name, sums, sumOf);
  const readMs = await bench.best(reading);

  const copying = await bench.bound(copy, groups, { x, y: copied }, uniforms);
  await bench.timer.time([copying, await bench.bound(read, groups, { x: copied, y: sums }, uniforms)], 1);
  await bench.check(copy.name, sums, sumOf);
  const copyMs = await bench.best(copying);
  for (const buffer of [x, copied, sums]) bench.free(buffer);
  return { readGbytes: size / readMs / 1e6, copyGbytes: (2 * size) / copyMs / 1e6 };
}
