// What activation functions pass back, in float64, written from their derivatives; imported by tests only.

import {
  DIVISION,
  type Element,
  expError,
  type Reference,
  ROUNDING,
  type Tensor,
  ulp,
} from '../shared/reference.ref.ts';
import { elementsReference, logistic, upperTail } from './activation.ref.ts';
import type { ActivationGradientAttributes, Differentiable } from './activation_gradient.ts';
import { geluTanhArgument, tanhOfSoftplus } from './rare_activations.ref.ts';

/** The derivative at the input or, for those that read it, at the result `v`; its errors are to be multiplied by |dy|. */
type Slope = (v: number, parameter: number) => Element;

/** Made in products and quotients alone: at most three roundings, and the product with dy. */
const product = (y: number, granted = 0): Element => ({ y, terms: Math.abs(y), granted });
const exactly = (y: number): Element => ({ y });

/** s (1 + v c), c = 1 - s made without a difference. */
function silu(v: number): Element {
  const [s, c] = [logistic(v), logistic(-v)];
  const inner = Math.abs(v) * c.y;
  const granted = s.y * (1 + inner) * (s.relative + 3 * ROUNDING) + s.y * inner * c.relative;
  return { y: s.y * (1 + v * c.y), terms: s.y * (1 + inner), granted: granted + 2 * (1 + inner) * ulp(0) };
}

/** Phi + v phi: the polynomial's terms add up to less than 0.6 |v| beside the half; the tail and the density err through exp. */
function gelu(v: number): Element {
  const a = Math.abs(v);
  const tail = upperTail(a);
  const slant = (a * Math.exp((-a * a) / 2)) / Math.sqrt(2 * Math.PI);
  const phi = v < 0 ? tail : 1 - tail;
  const error = expError((a * a) / 2) + ((a * a) / 2) * ROUNDING + 4 * ROUNDING;
  const beyond = a < Math.SQRT2 ? 0 : tail * (error + DIVISION + 4 * ROUNDING) + 2 * ulp(0);
  const terms = (a < Math.SQRT2 ? 0.5 + 0.6 * a : phi) + slant;
  return { y: phi + Math.sign(v) * slant, terms, granted: beyond + slant * error + 2 * (1 + a) * ulp(0) };
}

/** t + v s q, q = 1 - t t: by the kernel's quotient, whose square it is, and what e makes of that. */
function mish(v: number): Element {
  const [t, s] = [tanhOfSoftplus(v), logistic(v)];
  const e = Math.exp(-Math.abs(v));
  const whole = v < 0 ? e * e + 2 * e + 2 : 1 + 2 * e + 2 * e * e;
  const root = ((v < 0 ? 2 : 2 * e) * (1 + e)) / whole;
  const second = Math.abs(v) * s.y * root ** 2;
  // Of the root: e itself above zero, 1 + e, and the denominator.
  const ofRoot = (v < 0 ? 0 : 1) + e / (1 + e) + (v < 0 ? 2 * e + 2 * e * e : 2 * e + 4 * e * e) / whole;
  const relative = s.relative + 2 * (ofRoot * expError(v) + DIVISION + 5 * ROUNDING) + 3 * ROUNDING;
  const granted = t.y * t.relative + second * relative + 8 * (1 + Math.abs(v)) * ulp(0);
  return { y: t.y + v * s.y * root ** 2, terms: t.y + second, granted };
}

/** s(w) + v w' s(w) s(-w): w errs by five roundings, which s passes on in the share of its other side. */
function geluTanh(v: number): Element {
  const w = geluTanhArgument(v);
  const [s, c] = [logistic(w), logistic(-w)];
  const inside = Math.abs(w) * 5 * ROUNDING;
  const rising = 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * v * v);
  const size = Math.abs(v) * rising;
  const second = size * s.y * c.y;
  const granted =
    s.y * (s.relative + c.y * inside) + second * (s.relative + c.relative + inside + 8 * ROUNDING) + 2 * ulp(0);
  // Beyond 14 the second term is not made at all.
  return { y: s.y + v * rising * s.y * c.y, terms: s.y + second, granted: granted + Math.min(size, 300) * 2 * ulp(0) };
}

const slopes: Readonly<Record<Differentiable, Slope>> = {
  relu: (y) => exactly(y > 0 ? 1 : 0),
  relu6: (y) => exactly(y > 0 && y < 6 ? 1 : 0),
  leaky_relu: (v, slope) => (v > 0 ? exactly(1) : product(slope)),
  sigmoid: (y) => product(y * (1 - y)),
  tanh: (y) => product(1 - y * y, ROUNDING * (1 - y * y)),
  hardsigmoid: (y) => (y > 0 && y < 1 ? { y: 1 / 6, granted: DIVISION / 6 } : exactly(0)),
  elu: (y, alpha) => (y > 0 ? exactly(1) : { y: y + alpha, terms: Math.abs(y) + alpha }),
  silu,
  gelu,
  hardswish(v) {
    if (v < -3 || v > 3) return exactly(v < 0 ? 0 : 1);
    return { y: v / 3 + 0.5, terms: Math.abs(v) / 3 + 0.5, granted: (Math.abs(v) / 3) * DIVISION };
  },
  softplus(v) {
    const { y, relative, absolute } = logistic(v);
    return product(y, y * relative + absolute);
  },
  mish,
  gelu_tanh: geluTanh,
};

export function activationGradientReference(
  v: Tensor,
  dy: Tensor,
  { of, slope }: ActivationGradientAttributes,
): Reference {
  const elements = Array.from(v.data, (x, i): Element => {
    const { y, terms = 0, granted = 0 } = slopes[of](x, slope);
    const d = dy.data[i]!;
    // What is cut off or passed on is so whatever the other is.
    if (terms === 0 && granted === 0) return { y: y === 0 ? 0 : y * d };
    // The slope, what it is made of, and the product may be flushed to zero.
    const flushed = 2 * ulp(0) * Math.abs(d) + (Math.abs(y * d) < ulp(0) ? ulp(0) : 0);
    return { y: y * d, terms: terms * Math.abs(d), granted: granted * Math.abs(d) + flushed };
  });
  return elementsReference(v.shape, elements);
}
