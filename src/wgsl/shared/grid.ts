// Grids of workgroups.

import type { Grid } from '../../runtime/plan/program.ts';

// WebGPU's default limit of workgroups a dimension; a longer row is folded into y.
const ROW = 65535;

/** Workgroups of `size` invocations for `count` items; kernels find their number with linear_index.wgsl. */
export function linearGrid(count: number, size: number): Grid {
  const groups = Math.ceil(count / size);
  const rows = Math.ceil(groups / ROW);
  return [Math.ceil(groups / rows), rows, 1];
}
