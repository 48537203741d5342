// Dynamic loss scaling: gradients that half precision would flush to zero are made larger first (Micikevicius et al. 2017, section 3.2).

// torch.cuda.amp.GradScaler's numbers.
const FIRST = 2 ** 16;
const GROWTH_INTERVAL = 2000;

export class LossScale {
  value: number;
  readonly #dynamic: boolean;
  #steps = 0;

  constructor(precision: 'f32' | 'f16') {
    this.#dynamic = precision === 'f16';
    this.value = this.#dynamic ? FIRST : 1;
  }

  /** Gradients were not finite. Halves the scale; false where it is not the scale's fault. */
  overflowed(): boolean {
    if (!this.#dynamic || this.value <= 1) return false;
    this.value /= 2;
    this.#steps = 0;
    return true;
  }

  /** A step went well; after enough of them the scale grows. */
  held(): void {
    if (!this.#dynamic || ++this.#steps < GROWTH_INTERVAL) return;
    this.value *= 2;
    this.#steps = 0;
  }
}
