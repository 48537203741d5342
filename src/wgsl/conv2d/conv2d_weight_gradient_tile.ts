// The gradient of a convolution's filters as a tiled matrix product in workgroup memory: what feeds the arithmetic of a real GPU.

import { type ImageLayout, roundUp } from '../../runtime/plan/layout.ts';
import type { BufferRef, Step } from '../../runtime/plan/program.ts';
import { defineKernel } from '../kernel.ts';
import type { Candidate } from '../op.ts';
import { inChunks } from '../reduce/sum_chunks.ts';
import { image, imageUniforms } from '../shared/image.ts';
import imageText from '../shared/image.wgsl';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import source from './conv2d_weight_gradient_tile.wgsl';
import { tapUniforms } from './geometry.ts';
import { speed } from './speed.ts';
import { weightGeometry } from './weight_geometry.ts';

/** Filters by weights that a workgroup of `size` invocations makes. */
interface WeightTile {
  readonly filters: number;
  readonly weights: number;
  readonly size: number;
}

// Pixels that a workgroup takes at a time, and workgroups that keep a GPU busy.
const STEP = 16;
const ENOUGH = 512;
const MOST_CHUNKS = 64;

export function weightTile(filters: number, weights: number): WeightTile {
  return { filters, weights, size: 64 };
}

/** `fed`: how well the arithmetic is, as measured on an NVIDIA H200 over 3x3 filters of ResNet-18 with 1 and 32 images. */
export const conv2dWeightGradientTiles = [
  candidate(weightTile(32, 32), 1),
  candidate(weightTile(64, 64), 0.3),
  candidate(weightTile(32, 64), 0.3),
];

function candidate(tile: WeightTile, fed: number): Candidate<Conv2dWeightGradientAttributes> {
  return {
    name: `conv2d_weight_gradient_tile_${tile.filters}x${tile.weights}`,
    suits(call) {
      const { filters, size } = weightGeometry(call);
      const { facts, attributes } = call;
      if (attributes.groups > 1 || facts.limits.maxComputeInvocationsPerWorkgroup < tile.size) return 0;
      const used = (there: number, whole: number) => there / roundUp(there, whole);
      return speed(facts, 'tile') * fed * used(filters, tile.filters) * used(size, tile.weights);
    },
    emit(call, emitter) {
      const { filters, kernelH, kernelW, outH, outW, weights, macs } = weightGeometry(call);
      const [x, dy] = [emitter.input('x'), emitter.input('dy')];
      const taps = kernelH * kernelW;
      const images = { x: image(x), dy: image(dy) };
      const size = { filters, weights: taps * images.x.written, pixels: outH * outW, products: 1 };
      const chunks = chunksOf(tile, size);
      inChunks(emitter, weights, chunks, (dw) => ({
        ...weightTileStep({
          tile,
          x,
          dy,
          dw,
          taps: { ...tapUniforms(call), columns: kernelW, taps },
          chunks,
          products: 1,
          pixels: (n) => n * outH * outW,
          images: () => images,
          steps: () => ({ z_x: 0, z_dy: 0 }),
        }),
        flops: (n) => 2 * macs * n,
      }));
    },
  };
}

interface Size {
  readonly filters: number;
  /** Of a filter, those that pad its channels included. */
  readonly weights: number;
  /** Of one image. */
  readonly pixels: number;
  readonly products: number;
}

/** Chunks of pixels that are added up by workgroups of their own. */
export function chunksOf(tile: WeightTile, { filters, weights, pixels, products }: Size): number {
  const tiles = products * Math.ceil(filters / tile.filters) * Math.ceil(weights / tile.weights);
  return Math.min(MOST_CHUNKS, Math.ceil(ENOUGH / tiles), Math.ceil(pixels / STEP));
}

interface WeightProduct {
  readonly tile: WeightTile;
  readonly x: BufferRef;
  readonly dy: BufferRef;
  readonly dw: BufferRef;
  readonly taps: ReturnType<typeof tapUniforms> & { readonly columns: number; readonly taps: number };
  readonly chunks: number;
  /** Independent ones. */
  readonly products: number;
  pixels(n: number): number;
  /** What each product sees. */
  images(n: number): { readonly x: ImageLayout; readonly dy: ImageLayout };
  /** From product to product, in floats. */
  steps(n: number): Readonly<Record<'z_x' | 'z_dy', number>>;
}

/** One dispatch of the kernel. */
export function weightTileStep(product: WeightProduct): Omit<Step, 'layer' | 'operator'> {
  const { tile, x, dy, dw, taps, chunks, products, pixels, images, steps } = product;
  const first = images(1);
  const rows = Math.ceil((taps.taps * first.x.written) / tile.weights);
  const panels = Math.ceil(first.dy.channels / tile.filters);
  const constants = { FILTERS: tile.filters / 4, WEIGHTS: tile.weights / 4 };
  return {
    kernel: defineKernel('conv2d_weight_gradient_tile', [source, imageText], { constants }),
    bind: { x, dy, dw },
    uniforms: (n) => ({
      ...imageUniforms('x', images(n).x),
      ...imageUniforms('dy', images(n).dy),
      ...taps,
      ...steps(n),
      channels: first.x.channels,
      products,
      pixels: pixels(n),
      chunk: Math.ceil(pixels(n) / chunks / STEP) * STEP,
    }),
    grid: () => [rows, panels, chunks * products],
  };
}
