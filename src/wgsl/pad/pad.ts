// A constant border around an image, and constant channels behind its own.

import * as z from 'zod/mini';
import { imageSize } from '../../runtime/plan/layout.ts';
import { whole } from '../../runtime/whole_number.ts';
import { wholes } from '../attributes.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import source from './pad.wgsl';

const side = whole(0);
const attributes = z.object({
  /** Top, left, bottom, right. */
  padding: z._default(wholes(4, 0), [0, 0, 0, 0]),
  /** How many channels are added. */
  channels: z._default(side, 0),
  value: z._default(z.number(), 0),
});
export type PadAttributes = z.infer<typeof attributes>;

const plain: Candidate<PadAttributes> = {
  name: 'pad',
  suits: () => 1,
  emit({ attributes: { padding, value } }, emitter) {
    emitter.step(
      eachQuad({
        name: 'pad',
        sources: [source],
        bind: { x: emitter.input('x'), y: emitter.output },
        uniforms: { top: padding[0], left: padding[1], border: value },
      }),
    );
  },
};

/** x [n, C, H, W] -> [n, C + channels, top + H + bottom, left + W + right]. */
export const pad = defineOp({
  name: 'pad',
  attributes,
  inputs: ['x'],
  shape(inputs, { padding: [top, left, bottom, right], channels: added }, fail) {
    const { channels, height, width } = imageSize(activation(inputs, 'x', 4, fail).shape);
    return ['n', channels + added, top + height + bottom, left + width + right];
  },
  kernels: [plain],
});
