// The gradient of max pooling: each window's goes to the pixel that was chosen, and each pixel gathers from its windows.

import * as z from 'zod/mini';
import { formatShape } from '../../runtime/graph/value.ts';
import { type Call, type Candidate, defineOp, type Emitter } from '../op.ts';
import { image, imageUniforms } from '../shared/image.ts';
import { eachRun, runsAlong } from '../shared/runs.ts';
import bytes from './choice_bytes.wgsl';
import words from './choice_words.wgsl';
import choose from './choose.wgsl';
import { blocksSuit, gatherBlocks, gatherPixels, windowsOfBlock } from './gradient.ts';
import type { MaxPool2dAttributes } from './max_pool2d.ts';
import choicesText from './max_pool2d_choices.wgsl';
import { dilationAttribute, pooledShape, windowAttributes, windowOf, windowUniforms } from './window.ts';
import chosen from './window_chosen.wgsl';
import stored from './window_stored.wgsl';

type MaxCall = Call<MaxPool2dAttributes>;

function packing({ attributes: { kernel } }: MaxCall): string {
  return kernel[0] * kernel[1] < 256 ? bytes : words;
}

/** The pixel that each window takes, found once for all pixels that ask for it. */
function choices(call: MaxCall, emitter: Emitter) {
  const [x, dy] = [emitter.input('x'), emitter.input('dy')];
  const { written, height, width } = image(dy);
  const perWindow = packing(call) === bytes ? written / 4 : written;
  const memory = emitter.scratch('choices', {
    kind: 'packed',
    elements: 0,
    elementsPerImage: perWindow * height * width,
  });
  const { dilation } = windowOf(call.attributes);
  const sources = [choicesText, choose, packing(call)];
  const uniforms = {
    ...imageUniforms('dy', image(dy)),
    ...windowUniforms(call.attributes),
    dilation_h: dilation[0],
    dilation_w: dilation[1],
  };
  emitter.step(
    eachRun(
      { name: 'max_pool2d_choices', sources, bind: { x, choices: memory }, uniforms },
      runsAlong(image(dy), call.facts),
    ),
  );
  return { sources: [stored, packing(call)], bind: { choices: memory } };
}

const plain: Candidate<MaxPool2dAttributes> = {
  name: 'max_pool2d_gradient',
  suits: () => 1,
  emit: (call, emitter) => gatherPixels(call, emitter, { name: 'max_pool2d_gradient', ...choices(call, emitter) }),
};

const blocks: Candidate<MaxPool2dAttributes> = {
  name: 'max_pool2d_gradient_blocks',
  suits: (call) => (blocksSuit(call) ? 2 : 0),
  emit(call, emitter) {
    const [down, along] = windowsOfBlock(call.attributes);
    const once = down * along === 1;
    const found = once
      ? { sources: [chosen, choose, packing(call)], bind: { x: emitter.input('x') } }
      : choices(call, emitter);
    gatherBlocks(call, emitter, { name: 'max_pool2d_gradient_blocks', ...found });
  },
};

/** x [n, C, H, W], dy [n, C, P, Q] -> x's shape. */
export const maxPool2dGradient = defineOp({
  name: 'max_pool2d_gradient',
  attributes: z.object({ ...windowAttributes, dilation: dilationAttribute }),
  inputs: ['x', 'dy'],
  shape(inputs, attributes, fail) {
    const { x, dy } = inputs;
    const expected = formatShape(pooledShape(inputs, attributes, fail));
    const is = formatShape(dy?.shape ?? []);
    if (!x || is !== expected) throw fail(`dy must be ${expected} and is ${is}`);
    return x.shape;
  },
  kernels: [plain, blocks],
});
