// What the queue costs: a dispatch, a submission, numbers on their way to the GPU and back.

import { settle } from '#acquire';
import { defineKernel } from '../../../wgsl/kernel.ts';
import { DeviceError } from '../../errors.ts';
import { median } from '../../median.ts';
import type { Bench } from './bench.ts';
import countText from './count_dispatches.wgsl';

const count = defineKernel('count_dispatches', [countText]);
const DISPATCHES = 1000;
const WRITE_BYTES = 2 ** 22;
/** These are short, and vary more than what runs on the GPU. */
const MORE_ROUNDS = 4;

/** Milliseconds of a dispatch with next to no work in it. Throws DeviceError 'wrong_result'. */
export async function dispatchMs(bench: Bench): Promise<number> {
  const y = await bench.storage('count', 4);
  const run = await bench.bound(count, 1, { y });
  const times: number[] = [];
  for (let round = 0; round < bench.rounds; round++) times.push(await bench.timer.time([run], DISPATCHES));
  await bench.check(count.name, y, () => DISPATCHES * bench.rounds);
  bench.free(y);
  return median(times);
}

/** Milliseconds from the submission of one dispatch until its end is known here. */
export async function submitMs(bench: Bench): Promise<number> {
  const { gpu, device } = bench;
  const y = await bench.storage('count', 4);
  const { pipeline, bindGroup, dispatch } = await bench.bound(count, 1, { y });
  const ms = await times(bench, async () => {
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...dispatch.grid);
    pass.end();
    const commands = encoder.finish();
    const began = performance.now();
    gpu.queue.submit([commands]);
    await settle(gpu.queue.onSubmittedWorkDone(), device.facts);
    return performance.now() - began;
  });
  bench.free(y);
  return ms;
}

/** Milliseconds from the submission of a copy until its numbers are in an array. Throws DeviceError 'wrong_result'. */
export async function readbackMs(bench: Bench, bytes: number): Promise<number> {
  const { gpu, device } = bench;
  const numbers = Float32Array.from({ length: bytes / 4 }, (_, i) => i);
  const from = await bench.storage('numbers', bytes);
  const to = await bench.buffer('readback', bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  gpu.queue.writeBuffer(from, 0, numbers);
  const ms = await times(bench, async () => {
    const encoder = gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
    const commands = encoder.finish();
    const began = performance.now();
    gpu.queue.submit([commands]);
    await settle(to.mapAsync(GPUMapMode.READ), device.facts);
    const found = new Float32Array(to.getMappedRange().slice(0));
    to.unmap();
    const took = performance.now() - began;
    if (found.some((value, i) => value !== numbers[i]))
      throw new DeviceError('wrong_result', `readback of ${bytes} bytes: other numbers came than were written`);
    return took;
  });
  for (const buffer of [from, to]) bench.free(buffer);
  return ms;
}

/** 10^9 bytes a second of `writeBuffer`. Throws DeviceError 'wrong_result'. */
export async function writeRate(bench: Bench): Promise<number> {
  const { gpu, device } = bench;
  const y = await bench.storage('written', WRITE_BYTES);
  const numbers = new Float32Array(WRITE_BYTES / 4);
  let written = 0;
  const ms = await times(bench, async () => {
    numbers.fill(++written);
    const began = performance.now();
    gpu.queue.writeBuffer(y, 0, numbers);
    // Writes wait for a submission.
    gpu.queue.submit([]);
    await settle(gpu.queue.onSubmittedWorkDone(), device.facts);
    return performance.now() - began;
  });
  await bench.check('writeBuffer', y, () => written);
  bench.free(y);
  return WRITE_BYTES / ms / 1e6;
}

/** The median, after a run that warms up. */
async function times(bench: Bench, work: () => Promise<number>): Promise<number> {
  await work();
  const found: number[] = [];
  for (let round = 0; round < MORE_ROUNDS * bench.rounds; round++) found.push(await work());
  return median(found);
}
