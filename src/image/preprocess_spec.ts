// What a weights entry says of preprocessing. Apart from what carries it out, which is loaded with the first picture.

import * as z from 'zod/mini';
import { positive } from '../runtime/whole_number.ts';

/** Preprocessing of a weights entry, as data: resize the short side, crop the centre, scale to [0, 1], normalise. */
export const preprocessSchema = z.object({
  /** Length of the short side after resizing, in pixels. */
  resize: positive,
  /** Side of the square centre crop, in pixels. */
  crop: positive,
  interpolation: z.enum(['bilinear', 'bicubic']),
  antialias: z.boolean(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
});

export type Preprocess = z.infer<typeof preprocessSchema>;
