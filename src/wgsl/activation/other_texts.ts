// Activation functions besides relu and relu6: a page that runs none of them does not download them.

import gelu from './activate_gelu.wgsl';
import hardsigmoid from './activate_hardsigmoid.wgsl';
import hardswish from './activate_hardswish.wgsl';
import leakyRelu from './activate_leaky_relu.wgsl';
import sigmoid from './activate_sigmoid.wgsl';
import silu from './activate_silu.wgsl';
import tanh from './activate_tanh.wgsl';
import type { OtherActivation } from './epilogue.ts';

export const otherTexts: Readonly<Record<OtherActivation, string>> = {
  sigmoid,
  tanh,
  silu,
  gelu,
  hardswish,
  hardsigmoid,
  leaky_relu: leakyRelu,
};
