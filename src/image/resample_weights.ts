// Which source pixels make a resized one, and with what weights: Pillow's rule and torch's rule without antialiasing.

/** Interpolations that torchvision's transforms name. */
export type Interpolation = 'bilinear' | 'bicubic';

/** One axis of a resize: `from` pixels become `to`, of which `count` are wanted, beginning with `first`. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly count: number;
}

/** One output pixel along one axis: source pixels `start`, `start + 1`, ... and their weights, which sum to 1. */
export interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

const bilinear = (x: number) => Math.max(0, 1 - Math.abs(x));

/** Keys' cubic convolution kernel. */
const bicubic = (a: number) => (signed: number) => {
  const x = Math.abs(signed);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
};

/**
 * Pillow's weights (ImagingResample): the kernel is widened by the reduction, cut at the border and renormalised there.
 * Source: Pillow, "Concepts: Filters", and the constants of its resampling code (a = -0.5).
 */
export function antialiasedTaps({ from, to, first, count }: Axis, interpolation: Interpolation): Taps[] {
  const kernel = interpolation === 'bilinear' ? bilinear : bicubic(-0.5);
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const squeeze = 1 / stretch; // Pillow multiplies by the reciprocal; dividing would round differently
  const reach = (interpolation === 'bilinear' ? 1 : 2) * stretch;
  return Array.from({ length: count }, (_, i) => {
    const centre = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const weights: number[] = [];
    let sum = 0;
    for (let x = start; x < end; x++) {
      const weight = kernel((x - centre + 0.5) * squeeze);
      weights.push(weight);
      sum += weight;
    }
    return { start, weights: sum === 0 ? weights : weights.map((weight) => weight / sum) };
  });
}

/**
 * torch's `interpolate(antialias=False, align_corners=False)`: 2 or 4 taps at the kernel's own width (a = -0.75), the
 * border pixel repeated outwards; bilinear also clamps the position itself at the top and left.
 */
export function plainTaps({ from, to, first, count }: Axis, interpolation: Interpolation): Taps[] {
  const linear = interpolation === 'bilinear';
  const kernel = linear ? bilinear : bicubic(-0.75);
  return Array.from({ length: count }, (_, i) => {
    const free = (first + i + 0.5) * (from / to) - 0.5;
    const position = linear ? Math.max(0, free) : free;
    const edge = Math.floor(position) - (linear ? 0 : 1);
    const clamp = (x: number) => Math.min(from - 1, Math.max(0, x));
    const start = clamp(edge);
    const weights: number[] = [];
    for (let x = edge; x < edge + (linear ? 2 : 4); x++) {
      const at = clamp(x) - start;
      weights[at] = (weights[at] ?? 0) + kernel(x - position);
    }
    return { start, weights };
  });
}
