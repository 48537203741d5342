// An epilogue for drivers for CPUs: one pipeline with a residual and without.

import type { BufferRef } from '../../runtime/plan/program.ts';
import { activationText, type Epilogue } from '../activation/epilogue.ts';
import type { Call, Emitter } from '../op.ts';
import bias from './bias.wgsl';
import { epilogueOf, type JoinedEpilogue } from './epilogue.ts';
import residualLooped from './residual_looped.wgsl';

/** For a kernel whose uniforms has_bias and has_residual tell; `standIn` is bound where there is none. */
export function loopedEpilogue(call: Call<Epilogue>, emitter: Emitter, standIn: BufferRef): JoinedEpilogue {
  const { bind, uniforms } = epilogueOf(call, emitter, 'quad', standIn);
  return {
    sources: [bias, residualLooped, activationText(call.attributes)],
    bind: { residual: standIn, ...bind },
    uniforms,
  };
}
