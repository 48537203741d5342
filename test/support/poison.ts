// Memory that tells: what a run does not write stays NaN, and words between buffers show stray writes.

import { settle } from '#acquire';
import type { Acquired } from '../../src/runtime/device/acquire.ts';
import type { Executor } from '../../src/runtime/device/executor.ts';
import { hasHalo, type ImageLayout } from '../../src/runtime/plan/layout.ts';

// A quiet NaN with a payload of our own, as f32 and as two f16.
const POISON = 0x7fc0_7eef;

/**
 * Fills the arenas of a batch size with NaN. Images with a halo get a zero halo, as a fresh arena would give them.
 * Returns a function that counts the words between buffers, and in halos, that a run has changed.
 */
export async function poison(acquired: Acquired, executor: Executor, batch: number): Promise<() => Promise<number>> {
  const { device } = acquired;
  const residence = await executor.inside('poison', batch, async ({ residence }) => residence);
  const images = residence.arenas.map((arena) => new Uint32Array(arena.size / 4).fill(POISON));
  // What no kernel may write: words between buffers, which stay poisoned, and zeros around images.
  const kept = images.map((words) => new Uint8Array(words.length).fill(1));
  for (const { id, arena, offset, bytes } of residence.plan.buffers) {
    if (arena === null) continue;
    kept[arena]!.fill(0, offset / 4, (offset + bytes) / 4);
    const layout = executor.program.buffers[id]!.layout;
    if (layout.kind === 'image' && hasHalo(layout)) {
      const words = images[arena]!.subarray(offset / 4, (offset + bytes) / 4);
      words.fill(0);
      poisonInterior(words, layout, batch);
      for (const [at, word] of words.entries()) if (word === 0) kept[arena]![offset / 4 + at] = 1;
    }
  }
  for (const [i, arena] of residence.arenas.entries()) device.queue.writeBuffer(arena, 0, images[i]!);
  return async () => {
    let changed = 0;
    for (const [i, arena] of residence.arenas.entries()) {
      const words = await readWords(acquired, arena);
      for (const [at, word] of words.entries()) if (kept[i]![at] === 1 && word !== images[i]![at]) changed++;
    }
    return changed;
  };
}

function poisonInterior(words: Uint32Array, layout: ImageLayout, batch: number): void {
  const elements = layout.half ? new Uint16Array(words.buffer, words.byteOffset, 2 * words.length) : words;
  for (let n = 0; n < batch; n++)
    for (let h = 0; h < layout.height; h++)
      for (let w = 0; w < layout.width; w++) {
        const at = layout.offset + n * layout.image + h * layout.row + w * layout.pixel;
        // Of an f16 the lower half is kept.
        elements.fill(POISON, at, at + layout.written);
      }
}

async function readWords({ device, facts }: Acquired, buffer: GPUBuffer): Promise<Uint32Array> {
  const readback = device.createBuffer({ size: buffer.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, readback, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await settle(readback.mapAsync(GPUMapMode.READ), facts);
  const words = new Uint32Array(readback.getMappedRange().slice(0));
  readback.destroy();
  return words;
}
