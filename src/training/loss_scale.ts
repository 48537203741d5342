// Dynamic loss scaling: gradients that half precision would flush to zero are made larger first (Micikevicius et al. 2017, section 3.2).

export interface LossScale {
  readonly value: number;
  /** Updates since it last changed. */
  readonly held: number;
}

// torch.cuda.amp.GradScaler's numbers.
const GROWTH_INTERVAL = 2000;
export const FIRST_SCALE: LossScale = { value: 2 ** 16, held: 0 };

/** After gradients that were not finite: half of it. Null where it is not the scale's fault. */
export function overflowed(scale: LossScale | null): LossScale | null {
  return scale && scale.value > 1 ? { value: scale.value / 2, held: 0 } : null;
}

/** After an update that went well; after enough of them it grows. */
export function held(scale: LossScale | null): LossScale | null {
  if (!scale) return null;
  const times = scale.held + 1;
  return times < GROWTH_INTERVAL ? { ...scale, held: times } : { value: 2 * scale.value, held: 0 };
}
