// Scaling and shifting by constants of the model: scaled activations, inputs that were normalised in another way.

import * as z from 'zod/mini';
import { channelSlice, type ImageLayout } from '../../runtime/plan/layout.ts';
import { activationText, activationUniforms, epilogueAttributes } from '../activation/epilogue.ts';
import { activation, type Candidate, defineOp } from '../op.ts';
import { eachQuad } from '../shared/frame.ts';
import { image } from '../shared/image.ts';
import source from './affine.wgsl';

const constants = z.readonly(z.array(z.number()).check(z.minLength(1)));
const attributes = z.object({ scale: constants, shift: constants, ...epilogueAttributes });
type AffineAttributes = z.infer<typeof attributes>;

const plain: Candidate<AffineAttributes> = {
  name: 'affine',
  suits: () => 1,
  emit(call, emitter) {
    const { scale, shift } = call.attributes;
    const x = emitter.input('x');
    const whole = image(emitter.output).written;
    // Constants travel as uniforms: one dispatch where they are the same for every channel, else one for each four.
    const written = scale.length === 1 && shift.length === 1 ? whole : 4;
    for (let first = 0; first < whole; first += written) {
      const part = (layout: ImageLayout) => ({
        ...channelSlice(layout, first, Math.max(0, layout.channels - first)),
        written,
      });
      emitter.step(
        eachQuad({
          name: 'affine',
          sources: [source, activationText(call.attributes)],
          bind: { x, y: emitter.output },
          parts: { x: part(image(x)), y: part(image(emitter.output)) },
          uniforms: {
            ...four('scale', scale, first),
            ...four('shift', shift, first),
            ...activationUniforms(call.attributes),
          },
        }),
      );
    }
  },
};

/** The constants of four channels; channels that only pad the image have none. */
function four(name: string, values: readonly number[], first: number): Record<string, number> {
  const at = (c: number) => (values.length === 1 ? values[0] : values[c]) ?? 0;
  return Object.fromEntries([0, 1, 2, 3].map((lane) => [`${name}_${lane}`, at(first + lane)]));
}

/** scale * x + shift: x [n, C, ...] -> x's shape. Both constants have one number, or one for each channel. */
export const affine = defineOp({
  name: 'affine',
  attributes,
  inputs: ['x'],
  epilogue: true,
  shape(inputs, { scale, shift }, fail) {
    const x = activation(inputs, 'x', inputs.x?.shape.length === 2 ? 2 : 4, fail);
    for (const [name, { length }] of Object.entries({ scale, shift }))
      if (length !== 1 && length !== x.shape[1])
        throw fail(`${name} must have 1 or ${x.shape[1]} numbers and has ${length}`);
    return x.shape;
  },
  kernels: [plain],
});
