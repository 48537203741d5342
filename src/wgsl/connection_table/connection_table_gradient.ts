// What filters by a table of connections pass back to the kernels that they were made of.

import { formatShape } from '../../runtime/graph/value.ts';
import { type Candidate, defineOp } from '../op.ts';
import { attributes, type ConnectionTableAttributes, eachFilter } from './connection_table.ts';
import source from './connection_table_gradient.wgsl';

const plain: Candidate<ConnectionTableAttributes> = {
  name: 'connection_table_gradient',
  suits: () => 1,
  emit({ inputs, attributes: table }, emitter) {
    if (!inputs.dy) return;
    const bind = { dy: emitter.input('dy'), y: emitter.output };
    eachFilter(table, inputs.dy, { name: 'connection_table_gradient', sources: [source], bind }, emitter);
  },
};

/** dy [outputs, inputs, R, S] -> [connections, R, S]. */
export const connectionTableGradient = defineOp({
  name: 'connection_table_gradient',
  attributes,
  inputs: ['dy'],
  shape({ dy }, { inputs, connections }, fail) {
    const [outputs, maps, ...kernel] = dy?.shape ?? [];
    if (maps !== inputs || outputs !== connections.length / inputs || kernel.length !== 2)
      throw fail(
        `filters must be [${connections.length / inputs},${inputs},R,S] and are ${formatShape(dy?.shape ?? [])}`,
      );
    return [connections.filter(Boolean).length, ...kernel];
  },
  kernels: [plain],
});
