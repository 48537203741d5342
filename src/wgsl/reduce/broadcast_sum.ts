// Sums over what broadcasting repeated: the gradient of an operand that is smaller than the result it went into.

import * as z from 'zod/mini';
import { atBatch, elementCount, formatShape, type Shape, sameShape, type Value } from '../../runtime/graph/value.ts';
import { imageSize } from '../../runtime/plan/layout.ts';
import type { BufferRef } from '../../runtime/plan/program.ts';
import { positive } from '../../runtime/whole_number.ts';
import { operandUniforms } from '../elementwise/elementwise_image.ts';
import { activation, type Candidate, defineOp, type Emitter } from '../op.ts';
import { each } from '../shared/frame.ts';
import { image, imageUniforms } from '../shared/image.ts';
import source from './broadcast_sum.wgsl';
import channelsText from './broadcast_sum_channels.wgsl';
import pixelsText from './broadcast_sum_pixels.wgsl';
import factor from './factor.wgsl';
import factorQuad from './factor_quad.wgsl';
import noFactor from './no_factor.wgsl';
import noFactorQuad from './no_factor_quad.wgsl';
import { inChunks } from './sum_chunks.ts';
import sumPartsText from './sum_parts.wgsl';

const attributes = z.object({
  /** The result's, without the batch. */
  shape: z.readonly(z.array(positive)),
  /** Whether the batch stays. */
  batch: z._default(z.boolean(), false),
});
export type BroadcastSumAttributes = z.infer<typeof attributes>;

// From this many pixels on, one invocation for all of them would leave most of the adapter idle.
const MANY_PIXELS = 16;
// What a CPU's cores share well, and what a GPU needs to have enough to do: of all images, and of each.
const CHUNKS = { cpu: 32, gpu: 256 };
const PARTS = { cpu: 2, gpu: 16 };

/** Channels, height and width of the result, seen as x's dimensions. */
function sizeOf(value: Value): { channels: number; height: number; width: number } {
  const rank = value.inputs.x?.shape.length ?? 0;
  return imageSize([...new Array<number>(rank - value.shape.length).fill(1), ...value.shape]);
}

/** The other factor, if there is one: its memory, and its uniforms with those of `by: Image`. */
function factorOf(
  { inputs }: Value,
  emitter: Emitter,
): { bind: Readonly<Record<string, BufferRef>>; uniforms: Readonly<Record<string, number>> } {
  const by = inputs.by && emitter.input('by');
  const rank = inputs.x?.shape.length ?? 0;
  return {
    bind: by ? { by } : {},
    uniforms: by
      ? operandUniforms('by', inputs.by, by.layout, rank)
      : { ...imageUniforms('by', undefined), by_channel: 0 },
  };
}

const plain: Candidate<BroadcastSumAttributes> = {
  name: 'broadcast_sum',
  suits: () => 1,
  emit({ value, inputs, attributes: { batch } }, emitter) {
    const other = factorOf(value, emitter);
    const { channels, height, width } = sizeOf(value);
    const { layout } = emitter.output;
    const own =
      layout.kind === 'image'
        ? { ...imageUniforms('y', layout), y_channel: 1 }
        : {
            ...operandUniforms('y', value, layout, inputs.x?.shape.length ?? 0),
            ...{ 'y.channels': channels, 'y.written': channels, 'y.height': height, 'y.width': width },
          };
    const written = layout.kind === 'image' ? layout.written : channels;
    const step = each(
      {
        name: 'broadcast_sum',
        sources: [source, inputs.by ? factor : noFactor],
        bind: { x: emitter.input('x'), ...other.bind, y: emitter.output },
        uniforms: { ...other.uniforms, ...own, batch: batch ? 1 : 0 },
      },
      (n) => written * height * width * (batch ? n : 1),
    );
    emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), images: n }) });
  },
};

/** A number for each channel. */
const channelwise: Candidate<BroadcastSumAttributes> = {
  name: 'broadcast_sum_channels',
  suits({ value, inputs, attributes: { batch } }) {
    const { channels } = imageSize(inputs.x?.shape ?? []);
    return !batch && elementCount(value.shape) === channels && sizeOf(value).channels === channels ? 2 : 0;
  },
  emit({ value, inputs, facts }, emitter) {
    const x = emitter.input('x');
    const other = factorOf(value, emitter);
    const { channels, height, width } = image(x);
    const chunks = height * width < MANY_PIXELS ? 1 : CHUNKS[facts.fallback ? 'cpu' : 'gpu'];
    inChunks(emitter, channels, chunks, (y) => {
      const step = each(
        {
          name: 'broadcast_sum_channels',
          sources: [channelsText, inputs.by ? factor : noFactor],
          bind: { x, ...other.bind, y },
          uniforms: { ...other.uniforms, chunks },
        },
        () => channels * chunks,
      );
      return { ...step, uniforms: (n) => ({ ...step.uniforms(n), lines: n * height }) };
    });
  },
};

/** A number for each channel of each image; the other factor is an image as large as x. */
const pixelwise: Candidate<BroadcastSumAttributes> = {
  name: 'broadcast_sum_pixels',
  suits({ value, inputs: { x, by }, attributes: { batch } }) {
    const { channels, height, width } = sizeOf(value);
    const whole = !by || sameShape(by.shape, x?.shape ?? []);
    return batch && whole && channels === atBatch(x?.shape[1] ?? 0, 1) && height * width === 1 ? 2 : 0;
  },
  emit({ inputs, facts }, emitter) {
    const x = emitter.input('x');
    const { height, width } = image(x);
    const { written } = image(emitter.output);
    const quads = written / 4;
    const parts = height * width < MANY_PIXELS ? 1 : Math.min(height, PARTS[facts.fallback ? 'cpu' : 'gpu']);
    // One part is the result itself: an image of one pixel lies like parts of its own.
    const sums =
      parts === 1 ? null : emitter.scratch('parts', { kind: 'packed', elements: 0, elementsPerImage: parts * written });
    const { offset, image: stride } = image(emitter.output);
    emitter.step(
      each(
        {
          name: 'broadcast_sum_pixels',
          sources: [pixelsText, inputs.by ? factorQuad : noFactorQuad],
          bind: { x, ...(inputs.by && { by: emitter.input('by') }), y: sums ?? emitter.output },
          uniforms: {
            ...imageUniforms('by', inputs.by && image(emitter.input('by'))),
            ...imageUniforms('y', undefined),
            ...{ 'y.offset': sums ? 0 : offset, 'y.image': sums ? parts * written : stride, 'y.row': written },
            quads,
            parts,
          },
        },
        (n) => quads * parts * n,
      ),
    );
    if (!sums) return;
    const bind = { parts: sums, y: emitter.output };
    const uniforms = { quads, pieces: parts };
    emitter.step(each({ name: 'sum_parts', sources: [sumPartsText], bind, uniforms }, (n) => quads * n));
  },
};

/** x [n, C, H, W] or [n, C], by broadcast against it -> the sum of x, or of x * by, over what `shape` lacks of x. */
export const broadcastSum = defineOp({
  name: 'broadcast_sum',
  attributes,
  inputs: ['x', 'by?'],
  shape(inputs, { shape, batch }, fail) {
    const x = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    const result: Shape = batch ? ['n', ...shape] : shape;
    for (const smaller of [result, ...(inputs.by ? [inputs.by.shape] : [])])
      if (!broadcasts(smaller, x.shape))
        throw fail(`${formatShape(smaller)} does not broadcast to ${formatShape(x.shape)}`);
    return result;
  },
  kernels: [plain, channelwise, pixelwise],
});

function broadcasts(smaller: Shape, larger: Shape): boolean {
  const missing = larger.length - smaller.length;
  return missing >= 0 && smaller.every((dim, i) => dim === 1 || dim === larger[missing + i]);
}
