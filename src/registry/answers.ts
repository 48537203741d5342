// From logits to answers: what a model says of a picture.

/** One answer: the class, its name where the weights have names, and softmax's probability. */
export interface Classification {
  readonly label: string;
  readonly index: number;
  readonly probability: number;
}

/** Parts of a batch, one behind the other. */
export function join(parts: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
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
