// A linear layer of images' means in float64, from the definition of its two parts; imported by tests only.

import { linearReference } from '../linear/linear.ref.ts';
import { adaptiveAvgPool2dReference } from '../pool/pool.ref.ts';
import type { Reference, Tensor } from '../shared/reference.ref.ts';

/** What is added up: for each term of the product, all that its mean adds up. */
export function pooledLinearReference(x: Tensor, w: Tensor, bias?: Tensor): Reference {
  const means = adaptiveAvgPool2dReference(x, { outputSize: [1, 1] });
  const flat = means.shape.slice(0, 2);
  const magnitudes = ({ shape, data }: Tensor) => ({ shape, data: Float64Array.from(data, Math.abs) });
  const { y, shape, length } = linearReference({ shape: flat, data: means.y }, w, bias);
  const { y: terms } = linearReference({ shape: flat, data: means.terms }, magnitudes(w), bias && magnitudes(bias));
  const { y: granted } = linearReference({ shape: flat, data: means.granted }, magnitudes(w));
  return { shape, y, terms, length: length + means.length, granted };
}
