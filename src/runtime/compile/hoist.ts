// Moves what depends on parameters alone (folded batch norms, packed and transformed weights) into the part that runs once.

import { accesses, type Program, type Step } from '../plan/program.ts';

export function hoist(program: Program): Program {
  const varying = varyingBuffers(program);
  const load: Step[] = [...program.load];
  const run: Step[] = [];
  const computed = new Set<number>();
  for (const step of program.run) {
    const { reads, writes } = accesses(step);
    if ([...reads, ...writes].some((id) => varying.has(id))) run.push(step);
    else {
      load.push(step);
      for (const id of writes) computed.add(id);
    }
  }
  const buffers = program.buffers.map((buffer) =>
    computed.has(buffer.id) ? { ...buffer, role: 'constant' as const } : buffer,
  );
  return { ...program, buffers, load, run };
}

/** Buffers that any step fills from an input; one such step makes a buffer vary, whatever else is written into it. */
function varyingBuffers(program: Program): ReadonlySet<number> {
  const varying = new Set(program.buffers.filter(({ role }) => role === 'input').map(({ id }) => id));
  for (let before = -1; before !== varying.size; ) {
    before = varying.size;
    for (const step of program.run) {
      const { reads, writes } = accesses(step);
      if ([...reads, ...writes].some((id) => varying.has(id))) for (const id of writes) varying.add(id);
    }
  }
  return varying;
}
