// Optimizers as plain choices, each of which adds its operators to a step's graph. Names, defaults and rules are torch's.

import * as z from 'zod/mini';
import { UsageError } from '../runtime/errors.ts';
import { namesParameter } from '../runtime/graph/name_pattern.ts';
import type { Value } from '../runtime/graph/value.ts';
import { adadelta as adadeltaOp } from '../wgsl/optimizer/adadelta.ts';
import { adagrad as adagradOp } from '../wgsl/optimizer/adagrad.ts';
import { adam as adamOp, adamw as adamwOp } from '../wgsl/optimizer/adam.ts';
import { rmsprop as rmspropOp } from '../wgsl/optimizer/rmsprop.ts';
import { sgd as sgdOp } from '../wgsl/optimizer/sgd.ts';
import { readOptions, share, wrong } from './read_options.ts';

/** What goes with each parameter, of its shape: it starts as one number everywhere. */
export interface OptimizerState {
  readonly name: string;
  readonly initial: number;
}

export interface Optimizer {
  readonly name: string;
  /** The rate that a schedule begins with. */
  readonly lr: number;
  /** Gradients are scaled down to this 2-norm of all of them together. Null for any norm. */
  readonly clipNorm: number | null;
  /** All settings, as plain data that JSON can hold: `optimizerOf(name, settings)` makes the same again. */
  readonly settings: Readonly<Record<string, unknown>>;
  state(parameter: string): readonly OptimizerState[];
  /** The corrections of the t-th update, from 1: numbers 3 and 4 of what a step is told. */
  scalars(t: number): readonly [number, number];
  /** The parameter as it is after the update, in its own memory. */
  update(
    parameter: Value,
    gradient: Value,
    state: Readonly<Record<string, Value>>,
    inputs: { readonly step: Value; readonly control: Value },
  ): Value;
}

const positive = z.number().check(z.positive());
const notNegative = z.number().check(z.gte(0));
const areBetas = (given: unknown) =>
  Array.isArray(given) && given.length === 2 && given.every((n) => typeof n === 'number' && n >= 0 && n < 1);

const group = z.object({
  match: z.string().check(z.minLength(1)),
  lr: z.optional(notNegative),
  weightDecay: z.optional(notNegative),
});

const shared = {
  weightDecay: z._default(notNegative, 0),
  /** Whether weight decay is for biases and the parameters of norms too: all that have one dimension. */
  decayBiasAndNorms: z._default(z.boolean(), true),
  /**
   * Parameters that go their own ways: those whose name matches (`*` stands for anything), or whose module's does. `lr` is a factor. Of
   * several groups the first counts.
   */
  groups: z._default(z.readonly(z.array(group)), []),
  clipNorm: z._default(z.nullable(positive), null),
  /** Gradients are clamped to within this. Null for none. */
  clipValue: z._default(z.nullable(positive), null),
};

const schemas = {
  sgd: z.object({
    lr: notNegative,
    momentum: z._default(notNegative, 0),
    dampening: z._default(z.number(), 0),
    nesterov: z._default(z.boolean(), false),
    ...shared,
  }),
  adam: z.object({
    lr: z._default(notNegative, 1e-3),
    betas: z._default(
      z.custom<readonly [number, number]>(areBetas, 'must be two numbers from 0 to less than 1'),
      [0.9, 0.999],
    ),
    eps: z._default(notNegative, 1e-8),
    amsgrad: z._default(z.boolean(), false),
    ...shared,
  }),
  rmsprop: z.object({
    lr: z._default(notNegative, 1e-2),
    alpha: z._default(share, 0.99),
    eps: z._default(notNegative, 1e-8),
    momentum: z._default(notNegative, 0),
    centered: z._default(z.boolean(), false),
    ...shared,
  }),
  adagrad: z.object({
    lr: z._default(notNegative, 1e-2),
    lrDecay: z._default(notNegative, 0),
    initialAccumulatorValue: z._default(notNegative, 0),
    eps: z._default(notNegative, 1e-10),
    ...shared,
  }),
  adadelta: z.object({
    lr: z._default(notNegative, 1),
    rho: z._default(share, 0.9),
    eps: z._default(notNegative, 1e-6),
    ...shared,
  }),
};

export type SgdOptions = z.input<typeof schemas.sgd>;
export type AdamOptions = z.input<typeof schemas.adam>;
export type RmspropOptions = z.input<typeof schemas.rmsprop>;
export type AdagradOptions = z.input<typeof schemas.adagrad>;
export type AdadeltaOptions = z.input<typeof schemas.adadelta>;

/** Stochastic gradient descent, with momentum and Nesterov's. Throws UsageError 'invalid_argument', as all of these do. */
export function sgd(options: SgdOptions): Optimizer {
  const settings = readOptions('sgd', schemas.sgd, options);
  const { momentum, dampening, nesterov } = settings;
  if (nesterov && (momentum === 0 || dampening !== 0))
    throw wrong('sgd', 'nesterov needs a momentum and takes no dampening');
  return make('sgd', settings, {
    states: momentum > 0 ? { momentum_buffer: 0 } : {},
    update: (inputs, own, name) => sgdOp.of(inputs, { ...own, momentum, dampening, nesterov }, name),
  });
}

/** Adam; weight decay is part of the gradient. */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamOf('adam', adamOp, { weightDecay: 0, ...options });
}

/** Adam with decoupled weight decay, 0.01 if none is given. */
export function adamw(options: AdamOptions = {}): Optimizer {
  return adamOf('adamw', adamwOp, { weightDecay: 0.01, ...options });
}

function adamOf(name: string, operator: typeof adamOp, options: AdamOptions): Optimizer {
  const settings = readOptions(name, schemas.adam, options);
  const { betas, eps, amsgrad } = settings;
  const [beta1, beta2] = betas;
  return make(name, settings, {
    states: { exp_avg: 0, exp_avg_sq: 0, ...(amsgrad && { max_exp_avg_sq: 0 }) },
    scalars: (t) => [1 - beta1 ** t, 1 - beta2 ** t],
    update: (inputs, own, parameter) => operator.of(inputs, { ...own, beta1, beta2, eps }, parameter),
  });
}

/** RMSprop, eps outside the root. */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const settings = readOptions('rmsprop', schemas.rmsprop, options);
  const { alpha, eps, momentum, centered } = settings;
  return make('rmsprop', settings, {
    states: { square_avg: 0, ...(centered && { grad_avg: 0 }), ...(momentum > 0 && { momentum_buffer: 0 }) },
    update: (inputs, own, name) => rmspropOp.of(inputs, { ...own, alpha, eps, momentum }, name),
  });
}

export function adagrad(options: AdagradOptions = {}): Optimizer {
  const settings = readOptions('adagrad', schemas.adagrad, options);
  const { eps, lrDecay, initialAccumulatorValue } = settings;
  return make('adagrad', settings, {
    states: { sum: initialAccumulatorValue },
    scalars: (t) => [1 + (t - 1) * lrDecay, 1],
    update: (inputs, own, name) => adagradOp.of(inputs, { ...own, eps }, name),
  });
}

export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const settings = readOptions('adadelta', schemas.adadelta, options);
  const { rho, eps } = settings;
  return make('adadelta', settings, {
    states: { square_avg: 0, acc_delta: 0 },
    update: (inputs, own, name) => adadeltaOp.of(inputs, { ...own, rho, eps }, name),
  });
}

const makers: Readonly<Record<string, (options: never) => Optimizer>> = {
  sgd,
  adam,
  adamw,
  rmsprop,
  adagrad,
  adadelta,
};

/** The optimizer of a name, from settings as a command line or a checkpoint has them. Throws UsageError 'invalid_argument'. */
export function optimizerOf(name: string, settings: Readonly<Record<string, unknown>>): Optimizer {
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!maker)
    throw new UsageError('invalid_argument', `there is no optimizer ${name}, only ${Object.keys(makers).join(', ')}`);
  return maker(settings as never);
}

type Shared = z.infer<z.ZodMiniObject<typeof shared>>;

/** What an operator is told of the one parameter. */
interface Own {
  readonly rateScale: number;
  readonly weightDecay: number;
  readonly clipValue: number | null;
}

interface Rule {
  readonly states: Readonly<Record<string, number>>;
  scalars?(t: number): readonly [number, number];
  update(inputs: Readonly<Record<string, Value>>, own: Own, name: string): Value;
}

function make(name: string, settings: Shared & { readonly lr: number }, rule: Rule): Optimizer {
  const states = Object.entries(rule.states).map(([state, initial]) => ({ name: state, initial }));
  return {
    name,
    lr: settings.lr,
    clipNorm: settings.clipNorm,
    settings,
    state: () => states,
    scalars: rule.scalars ?? (() => [1, 1]),
    update: (w, g, state, inputs) => rule.update({ w, g, ...state, ...inputs }, ownOf(settings, w), w.name),
  };
}

function ownOf({ groups, weightDecay, decayBiasAndNorms, clipValue }: Shared, { name, shape }: Value): Own {
  const own = groups.find(({ match }) => namesParameter(match, name));
  const decays = decayBiasAndNorms || shape.length > 1;
  return { rateScale: own?.lr ?? 1, weightDecay: own?.weightDecay ?? (decays ? weightDecay : 0), clipValue };
}
