// Stochastic depth while training: images lose all of x by chance. The decisions are never stored: as dropout's.

import { checkRandom, dropAttributes, dropKernel } from '../dropout/drop.ts';
import { activation, defineOp } from '../op.ts';
import source from './stochastic_depth_train.wgsl';

/** x [n, C, H, W], random [4] -> x's shape. The counter: the image's number, then the step's two words, then `key`. */
export const stochasticDepthTrain = defineOp({
  name: 'stochastic_depth_train',
  attributes: dropAttributes,
  inputs: ['x', 'random'],
  shape(inputs, _, fail) {
    checkRandom(inputs, fail);
    return activation(inputs, 'x', 4, fail).shape;
  },
  kernels: [dropKernel('stochastic_depth_train', source)],
});
