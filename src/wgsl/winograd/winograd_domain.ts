// Into the domain of F(4x4, 3x3) and out of it on GPUs, as convolutions and the gradient of their filters do.

import type { BufferRef } from '../../runtime/plan/program.ts';
import type { Emitter } from '../op.ts';
import { each, type Framed, type FramedStep } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import type { Tiling } from './tiling.ts';
import inputText from './winograd_tile_input.wgsl';
import placeText from './winograd_tile_place.wgsl';

export const FORM = { made: 4, side: 6 } as const;
export const POINTS = FORM.side ** 2;

/** The products of a point are those of a convolution of 1x1. */
export const pointTaps = { stride_h: 1, stride_w: 1, pad_top: 0, pad_left: 0, dilation_h: 1, dilation_w: 1 } as const;

/** Memory of `width` numbers for each point of each tile. */
export function domain(emitter: Emitter, name: string, { tiles }: Tiling, width: number): BufferRef {
  return emitter.scratch(name, { kind: 'packed', elements: 0, elementsPerImage: POINTS * tiles * width });
}

/** A kernel by tiles, `width` channels of each: an item is one of them, as winograd_tile_place.wgsl has it. */
export function eachOfTiles(framed: Framed, { tilesH, tilesW, tiles }: Tiling, width: number): FramedStep {
  const sources = [...framed.sources, placeText];
  const uniforms = { tiles_h: tilesH, tiles_w: tilesW, ...framed.uniforms };
  const step = each({ ...framed, sources, uniforms }, (n) => n * tiles * width);
  return { ...step, uniforms: (n) => ({ ...step.uniforms(n), tiles: n * tiles }) };
}

/** Emits the transform of x, and gives the memory of what it makes. `padding`: top and left, of the convolution. */
export function transformInput(emitter: Emitter, tiled: Tiling, [top, left]: readonly number[]): BufferRef {
  const x = emitter.input('x');
  const { written } = image(x);
  const v = domain(emitter, 'v', tiled, written);
  const uniforms = { pad_top: top!, pad_left: left! };
  const framed = { name: 'winograd_tile_input', sources: [inputText], bind: { x, v }, uniforms };
  emitter.step(eachOfTiles(framed, tiled, written));
  return v;
}
