// Dropout and stochastic depth while training, written from their definitions; imported by tests only.

import { philox } from '../../weights/philox.ts';
import { type Reference, reader, reference, type Tensor } from '../shared/reference.ref.ts';
import { type DropAttributes, dropThreshold } from './drop.ts';

/** The random words for a counter's first word. */
function drawing(random: Tensor, key: number): (first: number) => Uint32Array {
  const { data } = random;
  // Bits, not numbers.
  const [seed = 0, low = 0, high = 0] = new Uint32Array(Float32Array.from(data).buffer);
  return (first) => philox([first, low, high, key], [seed, 0]);
}

export function dropoutTrainReference(x: Tensor, random: Tensor, { p, key }: DropAttributes): Reference {
  const [, C = 1, H = 1, W = 1] = x.shape;
  const draw = drawing(random, key);
  const at = reader(x);
  const vectors = Math.ceil(C / 4);
  return reference(x.shape, 1, (n, c, h, w) => {
    const word = draw(((n * H + h) * W + w) * vectors + Math.floor(c / 4))[c % 4]!;
    return kept(word, p, at(n, c, h, w));
  });
}

export function stochasticDepthTrainReference(x: Tensor, random: Tensor, { p, key }: DropAttributes): Reference {
  const draw = drawing(random, key);
  const at = reader(x);
  return reference(x.shape, 1, (n, c, h, w) => kept(draw(n)[0]!, p, at(n, c, h, w)));
}

/** The factor is rounded, and so is the product. */
function kept(word: number, p: number, x: number): { y: number; terms: number } {
  const y = word >= dropThreshold(p) ? x / (1 - p) : 0;
  return { y, terms: Math.abs(y) };
}
