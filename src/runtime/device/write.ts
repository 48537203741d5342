// Numbers into a buffer, in pieces that drivers copy through memory they have already.

import type { Acquired } from './acquire.ts';

/**
 * Dawn keeps a few megabytes to copy through, and takes them back at a submit. What is more it asks of the system anew, page by page:
 * on an NVIDIA H100 that is 1 GB/s in the place of 5.
 */
const PIECE_ELEMENTS = 2 ** 18;

/** `count` numbers of `data` from `from` on, to where `at` elements lie before them. */
export function write(
  { device: { queue }, facts }: Acquired,
  buffer: GPUBuffer,
  at: number,
  data: Float32Array<ArrayBuffer>,
  from = 0,
  count = data.length,
): void {
  // Where a CPU plays the GPU that memory is plain memory, and submits cost more than it does.
  const piece = facts.fallback ? count : PIECE_ELEMENTS;
  for (let done = 0; done < count; done += piece) {
    queue.writeBuffer(buffer, 4 * (at + done), data, from + done, Math.min(piece, count - done));
    if (piece < count) queue.submit([]);
  }
}

/** All of `data`, by way of memory that is mapped and of no use until it is mapped again. */
export function stage(encoder: GPUCommandEncoder, by: GPUBuffer, to: GPUBuffer, data: Float32Array<ArrayBuffer>): void {
  new Float32Array(by.getMappedRange(0, data.byteLength)).set(data);
  by.unmap();
  encoder.copyBufferToBuffer(by, 0, to, 0, data.byteLength);
}
