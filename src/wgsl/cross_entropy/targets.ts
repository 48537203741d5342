// What losses over classes know of their targets: class numbers or probabilities, smoothing, weights, what is ignored.

import * as z from 'zod/mini';
import type { GraphError } from '../../runtime/errors.ts';
import { formatShape, type Shape } from '../../runtime/graph/value.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import { whole } from '../../runtime/whole_number.ts';
import { activation, type Call, type Emitter, type Inputs } from '../op.ts';
import { NAN_BITS } from '../shared/loss.ts';
import classTarget from './class_target.wgsl';
import classWeight from './class_weight.wgsl';
import noClassWeight from './no_class_weight.wgsl';
import softTarget from './soft_target.wgsl';
import targetsText from './targets.wgsl';

export const targetAttributes = {
  ignoreIndex: z._default(z.nullable(whole()), null),
  reduction: z._default(z.enum(['mean', 'sum', 'none']), 'mean'),
};

export interface TargetAttributes {
  readonly labelSmoothing?: number;
  readonly ignoreIndex: number | null;
  readonly reduction: 'mean' | 'sum' | 'none';
}

export interface JoinedTargets {
  readonly sources: readonly string[];
  readonly bind: Readonly<Record<string, BufferRef>>;
  /** Those of `targets: Targets`. */
  readonly uniforms: Readonly<Record<string, number>>;
}

/** Checks x [n, C], target [n, 1] or [n, C], weight [C]; gives the shape of the loss. */
export function lossShape(inputs: Inputs, attributes: TargetAttributes, fail: (what: string) => GraphError): Shape {
  const classes = activation(inputs, 'x', 2, fail).shape[1]!;
  const { shape } = activation(inputs, 'target', 2, fail);
  if (shape[1] !== 1 && shape[1] !== classes)
    throw fail(`target must be [n,1] or [n,${classes}] and is ${formatShape(shape)}`);
  if (isSoft(inputs) && attributes.ignoreIndex !== null)
    throw fail('there is no class to ignore where targets are probabilities');
  const weight = inputs.weight?.shape;
  if (weight && (weight.length !== 1 || weight[0] !== classes))
    throw fail(`weight must be [${classes}] and is ${formatShape(weight)}`);
  return attributes.reduction === 'none' ? ['n', 1] : [1];
}

/** Whether targets are probabilities. */
export function isSoft({ target }: Inputs): boolean {
  return target?.shape[1] !== 1;
}

export function targetsOf({ inputs, attributes }: Call<TargetAttributes>, emitter: Emitter): JoinedTargets {
  const { labelSmoothing = 0, ignoreIndex } = attributes;
  const classes = Number(inputs.x?.shape[1]);
  const even = labelSmoothing / classes;
  const kept = 1 - labelSmoothing;
  return {
    sources: [targetsText, isSoft(inputs) ? softTarget : classTarget, inputs.weight ? classWeight : noClassWeight],
    bind: { t: emitter.input('target'), ...(inputs.weight && { w: emitter.input('weight') }) },
    uniforms: {
      'targets.classes': classes,
      'targets.even': even,
      'targets.kept': kept,
      'targets.own': kept + even,
      'targets.ignores': ignoreIndex === null ? 0 : 1,
      'targets.ignored': ignoreIndex ?? 0,
      'targets.nan': NAN_BITS,
      'targets.spare': 0,
    },
  };
}
