// Where the first NaN or infinity of a run comes from: its dispatches one by one, and what each has written.

import { settle } from '#acquire';
import { atBatch } from '../graph/value.ts';
import type { Layout } from '../plan/layout.ts';
import type { PlannedBuffer } from '../plan/plan.ts';
import type { Program } from '../plan/program.ts';
import type { Acquired } from './acquire.ts';
import type { Executor, Inside } from './executor.ts';
import type { Arrays } from './given.ts';
import { encodeRun } from './passes.ts';
import type { BoundDispatch, Memory, Residence } from './residence.ts';

export interface Culprit {
  readonly layer: string;
  readonly operator: string;
}

/**
 * Runs once more, dispatch by dispatch, and names the first that writes a NaN or an infinity; null where all are finite. It takes
 * as many round trips as there are dispatches.
 */
export function firstNonFinite(executor: Executor, batch: number, inputs: Arrays): Promise<Culprit | null> {
  return executor.inside('a search for what is not finite', batch, (inside) => {
    inside.upload(inputs);
    return search(inside, executor.program);
  });
}

async function search({ acquired, residence, weights }: Inside, { buffers }: Program): Promise<Culprit | null> {
  for (const bound of residence.run) {
    submit(acquired, bound);
    const { dispatch } = bound;
    for (const { kind, buffer: id } of dispatch.bindings) {
      const planned = residence.plan.buffers[id]!;
      const { layout } = buffers[id]!;
      const memory = kind === 'write' ? memoryOf(planned, residence, weights) : null;
      if (!memory || layout.kind === 'packed') continue;
      const bytes = await read(acquired, memory, planned.offset, planned.bytes);
      if (!finite(bytes, layout, residence.plan.batch)) return { layer: dispatch.layer, operator: dispatch.operator };
    }
  }
  return null;
}

function memoryOf(
  { id, arena }: PlannedBuffer,
  { arenas, outputs, plan }: Residence,
  weights: ReadonlyMap<number, Memory>,
): GPUBuffer | null {
  const [output] = Object.entries(plan.outputs).find(([, own]) => own === id) ?? [];
  const own = output === undefined ? weights.get(id) : outputs[output]?.from;
  const memory = arena === null ? own : arenas[arena];
  return memory && !('createView' in memory) ? memory : null;
}

function submit({ device }: Acquired, bound: BoundDispatch): void {
  const encoder = device.createCommandEncoder();
  encodeRun(encoder, [bound]);
  device.queue.submit([encoder.finish()]);
}

async function read({ device, facts }: Acquired, from: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, offset, staging, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await settle(staging.mapAsync(GPUMapMode.READ), facts);
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy();
  }
}

/** Of the numbers that count; what pads an image may hold anything. */
function finite(bytes: ArrayBuffer, layout: Layout, batch: number): boolean {
  if (layout.kind !== 'image') {
    const words = new Float32Array(bytes);
    const count = layout.kind === 'rows' ? layout.shape.reduce<number>((n, dim) => n * atBatch(dim, batch), 1) : 0;
    return words.subarray(0, count).every(Number.isFinite);
  }
  const { offset, image, row, pixel, height, width, channels, half } = layout;
  // JavaScript has no array of f16 everywhere: all ones in the exponent make an infinity or a NaN.
  const words = half ? new Uint16Array(bytes) : new Uint32Array(bytes);
  const exponent = half ? 0x7c00 : 0x7f80_0000;
  for (let n = 0; n < batch; n++)
    for (let h = 0; h < height; h++)
      for (let w = 0; w < width; w++) {
        const at = offset + n * image + h * row + w * pixel;
        for (let c = 0; c < channels; c++) if ((words[at + c]! & exponent) === exponent) return false;
      }
  return true;
}
