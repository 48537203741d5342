// The gradient of cross-entropy, softmax included.

import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape } from '../../runtime/graph/value.ts';
import { type Call, type Candidate, defineOp, type Emitter, type Inputs } from '../op.ts';
import { eachPixel } from '../shared/each_pixel.ts';
import { imageUniforms } from '../shared/image.ts';
import { channelKernels } from '../shared/loss.ts';
import { whole } from '../shared/whole.ts';
import { type CrossEntropyAttributes, crossEntropyAttributes, rubbishUniforms } from './cross_entropy.ts';
import source from './cross_entropy_gradient.wgsl';
import ofLogits from './of_logits.wgsl';
import targetWeight from './target_weight.wgsl';
import { isSoft, type JoinedTargets, lossShape, type TargetAttributes, targetsOf } from './targets.ts';
import upstreamEach from './upstream_each.wgsl';
import upstreamTotal from './upstream_total.wgsl';
import upstreamWeighted from './upstream_weighted.wgsl';

/** The kernels of the gradient of a loss over classes, of whose x the joined text makes probabilities. */
export function classGradientKernels<A extends TargetAttributes>(
  name: string,
  probabilities: string,
  rubbish: (call: Call<A>) => number | null,
): readonly Candidate<A>[] {
  return channelKernels<A>(name, (call, emitter, kernel, wide) => {
    const targets = targetsOf(call, emitter);
    const upstream = upstreamOf(call, emitter, targets, wide);
    const { layout } = emitter.input('dy');
    const step = eachPixel(
      {
        name: kernel,
        sources: [source, probabilities, ...targets.sources, upstream.source],
        bind: {
          x: emitter.input('x'),
          y: emitter.output,
          dy: emitter.input('dy'),
          ...targets.bind,
          ...(upstream.weight && { weight: upstream.weight }),
        },
        uniforms: {
          ...imageUniforms('dy', layout.kind === 'image' ? layout : undefined),
          ...targets.uniforms,
          ...rubbishUniforms({ rubbish: rubbish(call) }),
        },
      },
      wide,
    );
    const divisor = (n: number) => (call.attributes.reduction === 'mean' ? n : 1);
    emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), divisor: divisor(n) }) });
  });
}

/** A mean divides by the batch, or by what its images weigh, which is added up first. */
function upstreamOf(
  { inputs, attributes }: Call<TargetAttributes>,
  emitter: Emitter,
  targets: JoinedTargets,
  wide: boolean,
) {
  const { reduction, ignoreIndex } = attributes;
  if (reduction === 'none') return { source: upstreamEach };
  const even = isSoft(inputs) || (!inputs.weight && ignoreIndex === null);
  if (reduction === 'sum' || even) return { source: upstreamTotal };
  const weight = emitter.scratch('weight', { kind: 'packed', elements: 1, elementsPerImage: 0 });
  const name = wide ? 'target_weight_wide' : 'target_weight';
  const { sources, bind, uniforms } = targets;
  const framed = { name, sources: [targetWeight, ...sources], bind: { ...bind, y: weight }, uniforms };
  emitter.step(whole(framed, (n) => n, wide));
  return { source: upstreamWeighted, weight };
}

/** Checks the inputs as the loss does, and dy as its shape; gives the shape of x. */
export function lossGradientShape(
  inputs: Inputs,
  attributes: TargetAttributes,
  fail: (what: string) => GraphError,
): Shape {
  const shape = lossShape(inputs, attributes, fail);
  const came = formatShape(inputs.dy?.shape ?? []);
  if (came !== formatShape(shape)) throw fail(`dy must be ${formatShape(shape)} and is ${came}`);
  return inputs.x!.shape;
}

/** x [n, C], target [n, 1] or [n, C], weight [C], dy of the loss's shape -> [n, C]. */
export const crossEntropyGradient = defineOp({
  name: 'cross_entropy_gradient',
  attributes: crossEntropyAttributes,
  inputs: ['x', 'target', 'weight?', 'dy'],
  shape: lossGradientShape,
  kernels: classGradientKernels<CrossEntropyAttributes>(
    'cross_entropy_gradient',
    ofLogits,
    (call) => call.attributes.rubbish,
  ),
});
