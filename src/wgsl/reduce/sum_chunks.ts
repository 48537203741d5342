// Sums over many pixels, cut into a fixed number of chunks so that there is enough to do at once, then added up in order.

import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
import source from './sum_chunks.wgsl';

/**
 * Emits what `sum` gives for the memory of its partial sums, `elements` of them for each chunk, one chunk behind the other;
 * of one chunk they are the result itself.
 */
export function inChunks(
  emitter: Emitter,
  elements: number,
  chunks: number,
  sum: (y: BufferRef) => Parameters<Emitter['step']>[0],
): void {
  if (chunks === 1) {
    emitter.step(sum(emitter.output));
    return;
  }
  const parts = emitter.scratch('chunks', { kind: 'packed', elements: elements * chunks, elementsPerImage: 0 });
  emitter.step(sum(parts));
  const bind = { parts, y: emitter.output };
  emitter.step(each({ name: 'sum_chunks', sources: [source], bind, uniforms: { chunks } }, () => elements));
}
