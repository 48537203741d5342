// Moves what depends on parameters alone (folded batch norms, packed and transformed weights) into the part that runs once.

import { accesses, type Program, type Step } from '../plan/program.ts';

export function hoist(program: Program): Program {
  const constant = new Set(program.buffers.filter(({ role }) => role === 'parameter').map(({ id }) => id));
  const computed = new Set<number>();
  const load: Step[] = [...program.load];
  const run: Step[] = [];
  for (const step of program.run) {
    const { reads, writes } = accesses(step);
    if (!reads.every((id) => constant.has(id))) {
      run.push(step);
      continue;
    }
    load.push(step);
    for (const id of writes) {
      constant.add(id);
      computed.add(id);
    }
  }
  const buffers = program.buffers.map((buffer) =>
    computed.has(buffer.id) ? { ...buffer, role: 'constant' as const } : buffer,
  );
  return { ...program, buffers, load, run };
}
