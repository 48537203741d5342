// What follows the sum in a convolution or matrix product: bias, residual, activation. Files to join, buffers, uniforms.

import type { BufferRef } from '../../runtime/plan/program.ts';
import { activationText, activationUniforms, type Epilogue } from '../activation/epilogue.ts';
import type { Call, Emitter } from '../op.ts';
import bias from './bias.wgsl';
import noBias from './no_bias.wgsl';
import noResidual from './no_residual.wgsl';
import residual from './residual.wgsl';
import { strideUniforms } from './strides.ts';

export interface JoinedEpilogue {
  readonly sources: readonly string[];
  readonly bind: Readonly<Record<string, BufferRef>>;
  /** r_offset, r_image, r_row, r_pixel, low, high. */
  readonly uniforms: Readonly<Record<string, number>>;
}

export function epilogueOf({ inputs, attributes }: Call<Epilogue>, emitter: Emitter): JoinedEpilogue {
  const residualRef = inputs.residual ? emitter.input('residual') : undefined;
  return {
    sources: [inputs.bias ? bias : noBias, residualRef ? residual : noResidual, activationText(attributes)],
    bind: {
      ...(inputs.bias ? { bias: emitter.input('bias') } : {}),
      ...(residualRef ? { residual: residualRef } : {}),
    },
    uniforms: { ...strideUniforms('r', residualRef), ...activationUniforms(attributes) },
  };
}
