// How many pictures of a batch were right: the largest logit at the label, or where targets are mixtures, nobody can say.

import type { Batch } from '../data/batches.ts';
import type { Tensor } from '../runtime/tensor.ts';

export async function rightAnswers(
  logits: Tensor,
  { soft, labels }: Pick<Batch, 'soft' | 'labels'>,
): Promise<number | null> {
  if (soft) return null;
  const data = await logits.data();
  const classes = logits.shape[1]!;
  return labels.filter((label, i) => largest(data, i * classes, classes) === label).length;
}

/** The lowest index among equals. */
function largest(data: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (data[from + i]! > data[from + best]!) best = i;
  return best;
}
