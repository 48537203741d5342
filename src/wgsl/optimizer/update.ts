// What the operators that update a parameter in place share: inputs, attributes, shape, and one kernel that reads and writes each number once.

import * as z from 'zod/mini';
import type { GraphError } from '../../runtime/errors.ts';
import {
  type Attributes,
  elementCount,
  formatShape,
  hasBatch,
  type Shape,
  sameShape,
} from '../../runtime/graph/value.ts';
import { type Call, type DefinedOperator, defineOp, type Inputs } from '../op.ts';
import { each } from '../shared/frame.ts';
import foursText from './fours.wgsl';
import { bound, invocations } from './numbers.ts';
import updateText from './update.wgsl';

/** What a step is told: rate, apply, first, two corrections, fresh, decay of averages, and one to spare. */
export const STEP = 8;
/** Whether to update, by what gradients are multiplied, their norm, and one to spare. */
export const CONTROL = 4;

// Clamping to this leaves every finite number as it is.
const LARGEST = 3.4028234663852886e38;

export const updateAttributes = {
  /** Times the step's rate. */
  rateScale: z._default(z.number().check(z.gte(0)), 1),
  weightDecay: z._default(z.number().check(z.gte(0)), 0),
  /** Gradients are clamped to within this, once they have been scaled and clipped by their norm. */
  clipValue: z._default(z.nullable(z.number().check(z.positive())), null),
};

interface UpdateAttributes extends Attributes {
  readonly rateScale: number;
  readonly weightDecay: number;
  readonly clipValue: number | null;
}

interface Definition<S extends z.ZodMiniType<UpdateAttributes>> {
  readonly name: string;
  readonly attributes: S;
  /** State of the parameter's shape: the kernel's variables are named so. A trailing `?` marks one that may be absent. */
  readonly states: readonly string[];
  kernel(call: Call<z.infer<S>>): {
    readonly sources: readonly string[];
    readonly uniforms: Readonly<Record<string, number>>;
  };
  check?(inputs: Inputs, attributes: z.infer<S>, fail: (what: string) => GraphError): void;
}

/** w, gradient g and the states in rows of one shape, step [8], control [4] -> w as it is then. */
export function defineUpdate<S extends z.ZodMiniType<UpdateAttributes>>(definition: Definition<S>): DefinedOperator<S> {
  const { name, attributes, states, kernel, check } = definition;
  const all = states.map((state) => state.replace('?', ''));
  return defineOp({
    name,
    attributes,
    inputs: ['w', 'g', ...states, 'step', 'control'],
    writes: ['w', ...all],
    shape(inputs, given, fail) {
      check?.(inputs, given, fail);
      return updateShape(inputs, ['g', ...all], fail);
    },
    kernels: [
      {
        name,
        suits: () => 1,
        emit(call, emitter) {
          const { sources, uniforms } = kernel(call);
          const { rateScale, weightDecay, clipValue }: UpdateAttributes = call.attributes;
          const own = {
            'update.elements': elementCount(call.value.shape),
            'update.rate_scale': rateScale,
            'update.decay': weightDecay,
            'update.clip': clipValue ?? LARGEST,
          };
          const framed = {
            name,
            sources: [...sources, updateText, foursText],
            bind: bound(call.inputs, ['step', 'control', 'g', 'w', ...all], emitter),
            uniforms: { ...own, ...uniforms },
          };
          emitter.step(each(framed, () => invocations(call.value.shape, call.facts)));
        },
      },
    ],
  });
}

/** Checks that the first input lies in rows and that others have its shape, and those of step and control; gives that shape. */
export function updateShape(
  inputs: Inputs,
  others: readonly string[],
  fail: (what: string) => GraphError,
  first = 'w',
): Shape {
  const w = inputs[first];
  if (!w || hasBatch(w)) throw fail(`${first} must have no batch and is ${formatShape(w?.shape ?? [])}`);
  for (const name of others) {
    const other = inputs[name];
    if (other && !sameShape(other.shape, w.shape))
      throw fail(`${name} must be ${formatShape(w.shape)} and is ${formatShape(other.shape)}`);
  }
  checkVectors(inputs, fail);
  return w.shape;
}

export function checkVectors({ step, control }: Inputs, fail: (what: string) => GraphError): void {
  for (const [name, given, length] of [['step', step, STEP] as const, ['control', control, CONTROL] as const])
    if (given && !sameShape(given.shape, [length]))
      throw fail(`${name} must be [${length}] and is ${formatShape(given.shape)}`);
}
