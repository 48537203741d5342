// Parameters back from the GPU: a training step changes them there.

import { settle } from '#acquire';
import { UsageError } from '../errors.ts';
import { elementCount } from '../graph/value.ts';
import type { BufferSpec } from '../plan/program.ts';
import type { Acquired } from './acquire.ts';
import type { Memory } from './residence.ts';

/** The parts that a parameter was split into, one behind the other. Throws UsageError 'invalid_argument' where there is none. */
export async function readParts(
  { device, facts }: Acquired,
  name: string,
  parts: readonly BufferSpec[],
  weights: ReadonlyMap<number, Memory>,
): Promise<Float32Array<ArrayBuffer>> {
  if (parts.length === 0) throw new UsageError('invalid_argument', `no run reads a parameter ${name}`);
  const ordered = parts.toSorted((a, b) => a.parameter!.from - b.parameter!.from);
  const sizes = ordered.map(({ layout }) => (layout.kind === 'rows' ? elementCount(layout.shape) : 0));
  const all = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, { id }] of ordered.entries()) {
    const size = sizes[index]!;
    const staging = device.createBuffer({ size: 4 * size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    try {
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(weights.get(id) as GPUBuffer, 0, staging, 0, 4 * size);
      device.queue.submit([encoder.finish()]);
      await settle(staging.mapAsync(GPUMapMode.READ), facts);
      all.set(new Float32Array(staging.getMappedRange()), at);
    } finally {
      staging.destroy();
    }
    at += size;
  }
  return all;
}
