// Dispatches between two timestamps.

import { type Encodable, encodeRun } from './passes.ts';

/** Timestamps are written before everything, copies too, and after it: by a pass of its own where there are copies. */
export function encodeTimed(
  encoder: GPUCommandEncoder,
  run: readonly Encodable[],
  timestampWrites: Required<GPUComputePassTimestampWrites>,
): void {
  const { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex } = timestampWrites;
  if (run.every(({ copies }) => copies.length === 0)) {
    encodeRun(encoder, run, { timestampWrites });
    return;
  }
  encodeRun(encoder, run, { timestampWrites: { querySet, beginningOfPassWriteIndex } });
  encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex } }).end();
}
