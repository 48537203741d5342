// What the optimizers do with one number, in float64 and written from torch's documentation; imported by tests only.

import { DIVISION, type Reference, ROUNDING, SQRT } from '../shared/reference.ref.ts';
import {
  clamped,
  exact,
  larger,
  minus,
  over,
  plus,
  type Rounded,
  root,
  rounded,
  times,
} from '../shared/rounded.ref.ts';

/** What a step is told, of what matters here. */
export interface StepNumbers {
  readonly rate: Rounded;
  readonly first: boolean;
  readonly corrections: readonly [Rounded, Rounded];
}

export interface UpdateSettings {
  readonly rateScale?: number;
  readonly weightDecay?: number;
  readonly clipValue?: number | null;
}

type State = Readonly<Record<string, Rounded>>;

/** The parameter, `w`, and the states that an update leaves. */
export type UpdateReference<A> = (
  state: State & { readonly w: Rounded },
  g: Rounded,
  step: StepNumbers,
  attributes: A & UpdateSettings,
) => State & { readonly w: Rounded };

function rateOf({ rate }: StepNumbers, { rateScale = 1 }: UpdateSettings): Rounded {
  return times(rate, rounded(rateScale));
}

function decayed(g: Rounded, w: Rounded, { weightDecay = 0 }: UpdateSettings): Rounded {
  return weightDecay === 0 ? g : plus(g, times(rounded(weightDecay), w));
}

/** a old + (1 - a) now, or with another share of what is now. */
function mixed(share: number, old: Rounded, now: Rounded, fresh = 1 - share): Rounded {
  return plus(times(rounded(share), old), times(rounded(fresh), now));
}

const squared = (value: Rounded) => times(value, value);

/** (1 - a) d d, multiplied in this order or the other. */
const mixedSquare = (share: number, old: Rounded, d: Rounded) =>
  plus(times(rounded(share), old), times(times(rounded(1 - share), d), d));

/** The gradient as an update sees it. */
export function seen(g: Rounded, multiplier: Rounded, { clipValue = null }: UpdateSettings): Rounded {
  const scaled = times(g, multiplier);
  return clipValue === null ? scaled : clamped(scaled, Math.fround(clipValue));
}

export const sgdReference: UpdateReference<{ momentum?: number; dampening?: number; nesterov?: boolean }> = (
  { w, momentum_buffer },
  g,
  step,
  attributes,
) => {
  const { momentum = 0, dampening = 0, nesterov = false } = attributes;
  const d = decayed(g, w, attributes);
  const velocity = momentum_buffer && (step.first ? d : mixed(momentum, momentum_buffer, d, 1 - dampening));
  const direction = velocity && nesterov ? plus(d, times(rounded(momentum), velocity)) : (velocity ?? d);
  return {
    w: minus(w, times(rateOf(step, attributes), direction)),
    ...(velocity && { momentum_buffer: velocity }),
  };
};

interface AdamSettings {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
}

function adamOf(decoupled: boolean): UpdateReference<AdamSettings> {
  return (state, g, step, attributes) => {
    const { w, exp_avg, exp_avg_sq, max_exp_avg_sq } = state;
    const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 } = attributes;
    const [first, second] = step.corrections;
    const d = decoupled ? g : decayed(g, w, attributes);
    const mean = mixed(beta1, exp_avg!, d);
    const square = mixedSquare(beta2, exp_avg_sq!, d);
    const most = max_exp_avg_sq && larger(max_exp_avg_sq, square);
    const rate = rateOf(step, attributes);
    const spread = plus(over(root(most ?? square), root(second)), rounded(eps));
    const shrink = minus(exact(1), times(rate, rounded(decoupled ? weightDecay : 0)));
    const kept = decoupled ? times(w, shrink) : w;
    return {
      w: minus(kept, times(over(rate, first), over(mean, spread))),
      exp_avg: mean,
      exp_avg_sq: square,
      ...(most && { max_exp_avg_sq: most }),
    };
  };
}

export const adamReference = adamOf(false);
export const adamwReference = adamOf(true);

export const rmspropReference: UpdateReference<{ alpha?: number; eps?: number; momentum?: number }> = (
  { w, square_avg, grad_avg, momentum_buffer },
  g,
  step,
  attributes,
) => {
  const { alpha = 0.99, eps = 1e-8, momentum = 0 } = attributes;
  const d = decayed(g, w, attributes);
  const square = mixedSquare(alpha, square_avg!, d);
  const mean = grad_avg && mixed(alpha, grad_avg, d);
  const variance = mean ? larger(minus(square, squared(mean)), exact(0)) : square;
  const scaled = over(d, plus(root(variance), rounded(eps)));
  const velocity = momentum_buffer && plus(times(rounded(momentum), momentum_buffer), scaled);
  return {
    w: minus(w, times(rateOf(step, attributes), velocity ?? scaled)),
    square_avg: square,
    ...(mean && { grad_avg: mean }),
    ...(velocity && { momentum_buffer: velocity }),
  };
};

export const adagradReference: UpdateReference<{ eps?: number }> = ({ w, sum }, g, step, attributes) => {
  const { eps = 1e-10 } = attributes;
  const d = decayed(g, w, attributes);
  const squares = plus(sum!, squared(d));
  const rate = over(rateOf(step, attributes), step.corrections[0]);
  return { w: minus(w, times(rate, over(d, plus(root(squares), rounded(eps))))), sum: squares };
};

export const adadeltaReference: UpdateReference<{ rho?: number; eps?: number }> = (
  { w, square_avg, acc_delta },
  g,
  step,
  attributes,
) => {
  const { rho = 0.9, eps = 1e-6 } = attributes;
  const d = decayed(g, w, attributes);
  const square = mixedSquare(rho, square_avg!, d);
  const of = (value: Rounded) => root(plus(value, rounded(eps)));
  const delta = times(over(of(acc_delta!), of(square)), d);
  return {
    w: minus(w, times(rateOf(step, attributes), delta)),
    square_avg: square,
    acc_delta: mixedSquare(rho, acc_delta!, delta),
  };
};

/**
 * What updates are told: 1 or 0, the multiplier, the norm, 0. Half of the error of a sum of squares is the norm's, beside those of its
 * root, of one division and two products; clipping adds a sum, a division and a product.
 */
export function controlReference(
  gradients: readonly ArrayLike<number>[],
  { apply, scale }: { readonly apply: boolean; readonly scale: number },
  { maxNorm = null, batches = 1 }: { readonly maxNorm?: number | null; readonly batches?: number },
): Reference {
  let [squares, count] = [0, 0];
  for (const gradient of gradients)
    for (let i = 0; i < gradient.length; i++) {
      squares += gradient[i]! ** 2;
      count++;
    }
  const inverse = 1 / (scale * batches);
  const norm = Math.sqrt(squares) * inverse;
  const normError = 2 * Math.sqrt(count) * ROUNDING + 3 * ROUNDING + SQRT + DIVISION;
  const clips = maxNorm !== null && maxNorm / (norm + 1e-6) < 1 + normError;
  const clip = clips ? Math.min(1, maxNorm / (norm + 1e-6)) : 1;
  const multiplierError = DIVISION + 3 * ROUNDING + (clips ? normError + DIVISION + 3 * ROUNDING : 0);
  const go = apply && Number.isFinite(norm) ? 1 : 0;
  const y = Float64Array.of(go, clip * inverse, norm, 0);
  const granted = Float64Array.of(0, clip * inverse * multiplierError, norm * normError, 0);
  return { shape: [4], y, terms: new Float64Array(4), length: 1, granted };
}

/** decay shadow + (1 - decay) w. */
export function averageReference(shadow: number, w: number, decay: number): Rounded {
  const share = minus(exact(1), exact(decay));
  const made = plus(exact(shadow), times(share, minus(exact(w), exact(shadow))));
  return { value: decay * shadow + (1 - decay) * w, error: made.error };
}
