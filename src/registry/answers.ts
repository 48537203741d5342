// From logits to answers: what a model says of a picture.

/** One answer: the class, its name where the weights have names, and softmax's probability. */
export interface Classification {
  readonly label: string;
  readonly index: number;
  readonly probability: number;
}

/** Softmax in float64, and its largest entries; the lower index first among equals. */
export function best(logits: Float32Array, top: number, names: readonly string[] | null): readonly Classification[] {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers
    .map((power, index) => ({ label: names?.[index] ?? `class ${index}`, index, probability: power / sum }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, top);
}
