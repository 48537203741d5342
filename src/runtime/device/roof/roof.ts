// What an adapter can do at most, measured on it: the roof that kernels are held against, and what the queue costs.

import type { Device } from '../device.ts';
import { PassTimer } from '../pass_timer.ts';
import { Bench } from './bench.ts';
import { multiplyAddRate } from './compute.ts';
import { memoryRates } from './memory.ts';
import { dispatchMs, readbackMs, submitMs, writeRate } from './queue.ts';

/** Rates are 10^9 a second: floating-point operations, two to a multiply-add, and bytes. Times are milliseconds. */
export interface Roof {
  /** What told the time of dispatches. */
  readonly clock: 'timestamps' | 'wall';
  readonly f32Gflops: number;
  /** Null where shaders have no f16. */
  readonly f16Gflops: number | null;
  /** Of storage buffers that no cache holds. */
  readonly readGbytes: number;
  /** Bytes read and bytes written, together. */
  readonly copyGbytes: number;
  /** A dispatch that waits for the one before it. */
  readonly dispatchMs: number;
  /** From the submission of one small dispatch until JavaScript knows that it is done. */
  readonly submitMs: number;
  /** From the submission of a copy until JavaScript has the numbers. */
  readonly readback4kMs: number;
  readonly readback4mMs: number;
  /** `writeBuffer` of 4 MiB until it is done. */
  readonly writeGbytes: number;
}

export interface RoofOptions {
  /** How often each thing is measured; the best counts for rates, the median for times. */
  readonly rounds: number;
  /** Of the buffers that are read and copied, 16 MiB at least; as much as is large against caches if not given. */
  readonly bytes?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

const FALLBACK_BYTES = 2 ** 27;
const GPU_BYTES = 2 ** 28;

/** What is measured is checked first. Throws DeviceError 'wrong_result' where a result is not as it must be, and others. */
export async function measureRoof(device: Device, { rounds, bytes, onProgress }: RoofOptions): Promise<Roof> {
  const { acquired, facts } = device;
  const timer = new PassTimer(acquired);
  const bench = new Bench(device, timer, rounds);
  const { maxBufferSize, maxStorageBufferBindingSize } = facts.limits;
  const usual = facts.fallback ? FALLBACK_BYTES : GPU_BYTES;
  const size = Math.min(bytes ?? usual, maxBufferSize, maxStorageBufferBindingSize);
  const total = 8;
  let done = 0;
  const next = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    onProgress?.(++done, total);
    return result;
  };
  onProgress?.(done, total);
  try {
    const f32Gflops = await next(multiplyAddRate(bench, 'f32'));
    const f16Gflops = await next(facts.features.f16 ? multiplyAddRate(bench, 'f16') : Promise.resolve(null));
    const memory = await next(memoryRates(bench, size));
    return {
      clock: timer.clock,
      f32Gflops,
      f16Gflops,
      ...memory,
      dispatchMs: await next(dispatchMs(bench)),
      submitMs: await next(submitMs(bench)),
      readback4kMs: await next(readbackMs(bench, 2 ** 12)),
      readback4mMs: await next(readbackMs(bench, 2 ** 22)),
      writeGbytes: await next(writeRate(bench)),
    };
  } finally {
    bench.dispose();
    timer.dispose();
  }
}
