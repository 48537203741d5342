// Parameters back from the GPU: a training step changes them there.

import { settle } from '#acquire';
import { UsageError } from '../errors.ts';
import { elementCount } from '../graph/value.ts';
import type { Executor, Inside } from './executor.ts';

/**
 * What a parameter holds now, row-major, once the runs asked for before are done. Only what runs touch stays on the GPU: throws
 * UsageError 'invalid_argument' for any other.
 */
export function readParameter(executor: Executor, name: string): Promise<Float32Array<ArrayBuffer>> {
  const parts = executor.program.buffers
    .filter(({ parameter }) => parameter?.name === name)
    .toSorted((a, b) => a.parameter!.from - b.parameter!.from)
    .map(({ id, layout }) => ({ id, size: layout.kind === 'rows' ? elementCount(layout.shape) : 0 }));
  return executor.inside(`reading ${name}`, executor.batch, async ({ acquired, weights }) => {
    if (parts.length === 0 || parts.some(({ id }) => !weights.has(id)))
      throw new UsageError('invalid_argument', `no run reads a parameter ${name}`);
    const all = new Float32Array(parts.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const { id, size } of parts) {
      all.set(await read(acquired, weights.get(id) as GPUBuffer, size), at);
      at += size;
    }
    return all;
  });
}

async function read({ device, facts }: Inside['acquired'], from: GPUBuffer, elements: number): Promise<Float32Array> {
  const size = 4 * elements;
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await settle(staging.mapAsync(GPUMapMode.READ), facts);
    return new Float32Array(staging.getMappedRange().slice(0));
  } finally {
    staging.destroy();
  }
}
