// The kernel of a batch norm that no convolution took in.

import { activationText, activationUniforms } from '../activation/epilogue.ts';
import type { Call, Emitter } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import type { BatchNormAttributes } from './batch_norm.ts';
import source from './batch_norm.wgsl';
import statistics from './statistics.wgsl';

export const suits = () => 1;

export function emit(call: Call<BatchNormAttributes>, emitter: Emitter): void {
  emitter.step(
    eachQuad({
      name: 'batch_norm',
      sources: [source, statistics, activationText(call.attributes)],
      bind: {
        x: emitter.input('x'),
        y: emitter.output,
        gamma: emitter.input('weight'),
        beta: emitter.input('bias'),
        mean: emitter.input('running_mean'),
        variance: emitter.input('running_var'),
      },
      uniforms: { eps: call.attributes.eps, ...activationUniforms(call.attributes) },
    }),
  );
}
