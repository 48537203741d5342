// Dispatches into compute passes. What is copied for one of them is copied between two passes.

import type { Grid } from '../plan/program.ts';

/** Texels out of a buffer: the arguments of copyBufferToTexture. */
export type BoundCopy = Parameters<GPUCommandEncoder['copyBufferToTexture']>;

/** What encoding a dispatch takes; a run's `BoundDispatch` has it. */
export interface Encodable {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly copies: readonly BoundCopy[];
  readonly dispatch: { readonly grid: Grid };
}

/** `first` is what the first pass is begun with. */
export function encodeRun(
  encoder: GPUCommandEncoder,
  run: readonly Encodable[],
  first?: GPUComputePassDescriptor,
): void {
  let pass = encoder.beginComputePass(first);
  for (const { pipeline, bindGroup, copies, dispatch } of run) {
    if (copies.length > 0) {
      pass.end();
      for (const copy of copies) encoder.copyBufferToTexture(...copy);
      pass = encoder.beginComputePass();
    }
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...dispatch.grid);
  }
  pass.end();
}
