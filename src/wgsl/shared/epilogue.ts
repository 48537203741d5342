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
import optional from './optional.wgsl';
import residual from './residual.wgsl';
import residualChannel from './residual_channel.wgsl';

export interface JoinedEpilogue {
  readonly sources: readonly string[];
  readonly bind: Readonly<Record<string, BufferRef>>;
  /** As of a `Step`. */
  readonly copied?: Readonly<Record<string, BufferRef>>;
  /** Those of `residual: Image`, low, high. */
  readonly uniforms: Readonly<Record<string, number>>;
}

// What `load_bias` and `load_residual` give: four channels, or the one channel of a kernel whose vectors are pixels.
const texts = {
  quad: { bias, noBias, residual, noResidual },
  channel: { bias: biasChannel, noBias: noBiasChannel, residual: residualChannel, noResidual: noResidualChannel },
} as const;

/** `standIn` is bound where there is no bias, for kernels that share a pipeline with those that add one, and know not to look at it. */
export function epilogueOf(
  { inputs, attributes }: Call<Epilogue>,
  emitter: Emitter,
  loads: keyof typeof texts = 'quad',
  standIn?: BufferRef,
): JoinedEpilogue {
  const text = texts[loads];
  const biasRef = inputs.bias ? emitter.input('bias') : standIn;
  const residualRef = inputs.residual ? emitter.input('residual') : undefined;
  return {
    sources: [
      biasRef ? text.bias : text.noBias,
      residualRef ? text.residual : text.noResidual,
      activationText(attributes),
    ],
    bind: {
      ...(biasRef ? { bias: biasRef } : {}),
      ...(residualRef ? { residual: residualRef } : {}),
    },
    uniforms: {
      ...imageUniforms('residual', residualRef && image(residualRef)),
      ...activationUniforms(attributes),
    },
  };
}

/** For a kernel that is one pipeline with a bias or residual and without: has_bias and has_residual tell, and `standIn` is bound. */
export function optionalEpilogue(call: Call<Epilogue>, emitter: Emitter, standIn: BufferRef): JoinedEpilogue {
  const { bias: ofCall, residual: added } = call.inputs;
  const joined = epilogueOf(call, emitter, 'quad', standIn);
  return {
    sources: [optional, bias, residual, activationText(call.attributes)],
    bind: { residual: standIn, ...joined.bind },
    uniforms: { ...joined.uniforms, has_bias: ofCall ? 1 : 0, has_residual: added ? 1 : 0 },
  };
}

/** The call as far as its sum goes. */
export function sumOf<C extends Call<Epilogue>>(call: C): C {
  return { ...call, inputs: {}, attributes: { ...call.attributes, activation: null, slope: null } };
}
