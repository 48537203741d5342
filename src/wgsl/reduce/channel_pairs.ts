// Two numbers of each channel, rows [2, C], from all pixels of all images: chunks of the pixels first, then the chunks together.

import type { ImageLayout } from '../../runtime/plan/layout.ts';
import type { Call, Candidate, Emitter } from '../op.ts';
import type { Framed } from '../shared/frame.ts';
import { eachRun } from '../shared/runs.ts';
import { eachSum } from '../shared/sums.ts';

interface Pairs extends Omit<Framed, 'name'> {
  /** The image that is summed over. */
  readonly layout: ImageLayout;
}

// Enough runs to keep a CPU's cores, or a GPU's, at work; and what one of the latter's workgroups combines well.
const RUNS = { fallback: 512, wide: 32768 } as const;
const CHUNKS = { fallback: 64, wide: 1024 } as const;
// Shorter chunks would be more work to combine than to make. A multiple of what batch_statistics.wgsl holds.
const SHORTEST = 8;

/**
 * Candidates `name` and `name_wide`. The kernel that `framed` gives goes by each_run.wgsl and leaves two vectors for each of its runs in
 * `parts: array<vec4f>`; `combine` by each_sum.wgsl.
 */
export function channelPairs<A>(
  name: string,
  framed: (call: Call<A>, emitter: Emitter) => Pairs,
  combine: { readonly name: string; readonly source: string },
): readonly Candidate<A>[] {
  const candidate = (suffix: '' | '_wide'): Pick<Candidate<A>, 'name' | 'emit'> => ({
    name: `${name}${suffix}`,
    emit(call, emitter) {
      const { layout, ...own } = framed(call, emitter);
      const way = suffix === '' ? 'fallback' : 'wide';
      const quads = layout.written / 4;
      const chunks = Math.min(CHUNKS[way], Math.ceil(RUNS[way] / quads));
      const length = (pixels: number) => SHORTEST * Math.ceil(pixels / chunks / SHORTEST);
      const elements = 8 * quads * chunks;
      const parts = emitter.scratch('chunks', { kind: 'packed', elements, elementsPerImage: 0 });
      emitter.step(eachRun({ ...own, name, bind: { ...own.bind, parts } }, { layout, length }));
      const pixels = (n: number) => layout.height * layout.width * n;
      const sum = eachSum(
        {
          name: `${combine.name}${suffix}`,
          sources: [combine.source],
          bind: { parts, y: emitter.output },
          uniforms: { quads },
        },
        () => layout.channels,
        suffix === '_wide',
      );
      emitter.step({
        ...sum,
        uniforms: (n) => ({ ...sum.uniforms(n), pixels: pixels(n), length: length(pixels(n)) }),
      });
    },
  });
  return [
    { ...candidate(''), suits: () => 1 },
    { ...candidate('_wide'), suits: ({ facts }) => (facts.fallback ? 0.5 : 2) },
  ];
}
