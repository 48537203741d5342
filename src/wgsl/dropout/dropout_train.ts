// Dropout while training (Srivastava et al. 2014): elements are zeroed by chance, and what is kept grows by 1 / (1 - p). The mask
// is never stored: it follows from seed, step, key and an element's place, whatever the batch size or the layout in memory.

import { activation, defineOp } from '../op.ts';
import { checkRandom, dropAttributes, dropKernel } from './drop.ts';
import source from './dropout_train.wgsl';

/**
 * x [n, C, H, W] or [n, C], random [4] -> x's shape. Four channels of a pixel share a counter: the vector's number, counted
 * through n, h, w and ceil(C / 4) vectors, then the step's two words, then `key`; the seed is the key of Philox.
 */
export const dropoutTrain = defineOp({
  name: 'dropout_train',
  attributes: dropAttributes,
  inputs: ['x', 'random'],
  shape(inputs, _, fail) {
    checkRandom(inputs, fail);
    return activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail).shape;
  },
  kernels: [dropKernel('dropout_train', source)],
});
