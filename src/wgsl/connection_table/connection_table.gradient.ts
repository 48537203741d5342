// The gradient of filters by a table of connections: each kernel has that of the one place where it is.

import type { GradientRule } from '../gradients.ts';
import type { ConnectionTableAttributes } from './connection_table.ts';
import { connectionTableGradient } from './connection_table_gradient.ts';

export const connectionTableGradientRule: GradientRule = ({ name, attributes }, dy) => ({
  w: connectionTableGradient.of({ dy }, attributes as ConnectionTableAttributes, name),
});
