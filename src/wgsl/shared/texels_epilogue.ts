// An epilogue that reads its residual as texels.

import type { BufferRef } from '../../runtime/plan/program.ts';
import { activationText, type Epilogue } from '../activation/epilogue.ts';
import type { Call, Emitter } from '../op.ts';
import bias from './bias.wgsl';
import { epilogueOf, type JoinedEpilogue } from './epilogue.ts';
import residualTexels from './residual_texels.wgsl';
import { texelsOf } from './texels.ts';

/** For a kernel that is one pipeline with a bias or residual and without. Stand-ins are a buffer, and texels that it reads anyway. */
export function texelsEpilogue(
  call: Call<Epilogue>,
  emitter: Emitter,
  standIn: BufferRef,
  texels: BufferRef,
): JoinedEpilogue {
  const { bind, uniforms } = epilogueOf(call, emitter, 'quad', standIn);
  const { residual } = bind;
  return {
    sources: [bias, residualTexels, activationText(call.attributes)],
    bind: { ...bind, residual: residual ? emitter.scratch('residual_texels', texelsOf(residual.layout)) : texels },
    ...(residual && { copied: { residual } }),
    uniforms,
  };
}
