// What follows the sum in a convolution or matrix product: bias, residual, activation. Files to join, buffers, uniforms.

import type { BufferRef } from '../../runtime/plan/program.ts';
import { activationText, activationUniforms, type Epilogue } from '../activation/epilogue.ts';
import type { Call, Emitter } from '../op.ts';
import bias from './bias.wgsl';
import biasChannel from './bias_channel.wgsl';
import { image, imageUniforms } from './image.ts';
import noBias from './no_bias.wgsl';
import noBiasChannel from './no_bias_channel.wgsl';
import noResidual from './no_residual.wgsl';
import noResidualChannel from './no_residual_channel.wgsl';
import residual from './residual.wgsl';
import residualChannel from './residual_channel.wgsl';

export interface JoinedEpilogue {
  readonly sources: readonly string[];
  readonly bind: Readonly<Record<string, BufferRef>>;
  /** Those of `residual: Image`, low, high. */
  readonly uniforms: Readonly<Record<string, number>>;
}

// What `load_bias` and `load_residual` give: four channels, or the one channel of a kernel whose vectors are pixels.
const texts = {
  quad: { bias, noBias, residual, noResidual },
  channel: { bias: biasChannel, noBias: noBiasChannel, residual: residualChannel, noResidual: noResidualChannel },
} as const;

export function epilogueOf(
  { inputs, attributes }: Call<Epilogue>,
  emitter: Emitter,
  loads: keyof typeof texts = 'quad',
): JoinedEpilogue {
  const text = texts[loads];
  const residualRef = inputs.residual ? emitter.input('residual') : undefined;
  return {
    sources: [
      inputs.bias ? text.bias : text.noBias,
      residualRef ? text.residual : text.noResidual,
      activationText(attributes),
    ],
    bind: {
      ...(inputs.bias ? { bias: emitter.input('bias') } : {}),
      ...(residualRef ? { residual: residualRef } : {}),
    },
    uniforms: {
      ...imageUniforms('residual', residualRef && image(residualRef)),
      ...activationUniforms(attributes),
    },
  };
}

/** Of a call's epilogue the bias alone. */
export function biasOnly({ inputs, ...call }: Call<Epilogue>, emitter: Emitter): JoinedEpilogue {
  const { bias: ofCall } = inputs;
  const attributes = { activation: null, slope: null };
  return epilogueOf({ ...call, inputs: { ...(ofCall && { bias: ofCall }) }, attributes }, emitter);
}
