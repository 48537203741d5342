// Images of several pixels into PyTorch's order, for which everything moves.

import type { Call, Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './flatten.wgsl';

export const suits = () => 1;

export function emit(_: Call, emitter: Emitter): void {
  const bind = { x: emitter.input('x'), y: emitter.output };
  const { written } = image(emitter.output);
  emitter.step(each({ name: 'flatten', sources: [source], bind }, (n) => written * n));
}
