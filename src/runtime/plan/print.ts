// A program as short text, for snapshots and for reading.

import type { BufferRef, Program, Step } from './program.ts';

/**
 * One line a step, load steps first: `run conv2d_direct(layer1.0.conv1) x=#3 w=#5 -> y=#7[64:128]`. Numbers are buffers'
 * ids, brackets the channels of a value that lies inside a concatenated one; `x=copy of #3` is read as texels.
 */
export function printProgram({ load, run }: Program): string {
  const line = (when: string, step: Step) => {
    const bound = (write: boolean) =>
      step.kernel.bindings
        .filter(({ kind }) => kind !== 'uniform' && (kind === 'write' || kind === 'write_texture') === write)
        .map(
          ({ name }) =>
            `${name}=${step.copied?.[name] ? `copy of ${place(step.copied[name])}` : place(step.bind[name])}`,
        )
        .join(' ');
    return `${when} ${step.kernel.name}(${step.layer}) ${bound(false)} -> ${bound(true)}`;
  };
  return [...load.map((step) => line('load', step)), ...run.map((step) => line('run', step))].join('\n');
}

function place(ref: BufferRef | undefined): string {
  if (!ref) return 'nothing';
  const { id, layout } = ref;
  if (layout.kind !== 'image' || layout.written === layout.pixel) return `#${id}`;
  const from = layout.offset - layout.halo.top * layout.row - layout.halo.left * layout.pixel;
  return `#${id}[${from}:${from + layout.channels}]`;
}
