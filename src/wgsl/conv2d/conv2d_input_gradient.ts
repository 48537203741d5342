// The gradient of a convolution's input: a convolution of dy with filters whose inputs and outputs change places, the taps turned
// round. Every kernel of conv2d serves it, on filters that are transposed for it; conv2d_narrow reads them where they lie.

import { late, onCpu } from '../late.ts';
import { type Call, type Candidate, defineOp, type Emitter } from '../op.ts';
import { type Conv2dAttributes, conv2d, conv2dAttributes, conv2dMacs } from './conv2d.ts';
import { emitTranspose, filterTranspose } from './filter_transpose.ts';
import { reordered } from './speed.ts';

const narrowInPlace = late<Conv2dAttributes>('conv2d_narrow', onCpu, async () => {
  const [way, { emit }] = await Promise.all([
    import('./conv2d_narrow.ts'),
    import('./conv2d_narrow_transposed_emit.ts'),
  ]);
  return { ...way, emit };
});

/**
 * dy [n, K, P, Q], its pixels as far apart as the stride left them (dilate), w [K, C/groups, R, S], residual [n, C, H, W] ->
 * [n, C, H, W]. The attributes are those of the convolution of dy.
 */
export const conv2dInputGradient = defineOp({
  name: 'conv2d_input_gradient',
  attributes: conv2dAttributes,
  inputs: ['dy', 'w', 'residual?'],
  epilogue: true,
  shape({ dy, w, residual }, attributes) {
    const turned = filterTranspose.of({ w }, { groups: attributes.groups }, 'transposed');
    return conv2d.of({ x: dy, w: turned, residual }, attributes, 'of dy').shape;
  },
  macs: conv2dMacs,
  kernels: [...conv2d.kernels.filter(({ name }) => name !== narrowInPlace.name).map(onTransposed), inPlace()],
});

type Kernel = Candidate<Conv2dAttributes>;

/** The call as conv2d's kernels know it. */
function convolution(call: Call<Conv2dAttributes>): Call<Conv2dAttributes> {
  const { dy, w, residual } = call.inputs;
  const turned = filterTranspose.of({ w }, { groups: call.attributes.groups }, call.value.name);
  const inputs = { ...(dy && { x: dy }), w: turned, ...(residual && { residual }) };
  return { ...call, inputs };
}

function common({ name, needs, growth, late }: Kernel): Pick<Kernel, 'name' | 'needs' | 'growth' | 'late'> {
  const ofDy = (call: Call<Conv2dAttributes>) => {
    const { x, ...rest } = needs?.(convolution(call)) ?? {};
    return { ...rest, ...(x && { dy: x }) };
  };
  return {
    name,
    ...(needs && { needs: ofDy }),
    ...(growth && { growth }),
    ...(late && { late }),
  };
}

/** An emitter whose inputs are the convolution's. */
function emitterOf(emitter: Emitter, w: () => ReturnType<Emitter['input']>): Emitter {
  return { ...emitter, input: (name) => (name === 'w' ? w() : emitter.input(name === 'x' ? 'dy' : name)) };
}

function onTransposed(kernel: Kernel): Kernel {
  return {
    ...common(kernel),
    suits: (call) => reordered(call, kernel.suits(convolution(call))),
    emit(call, emitter) {
      const turned = convolution(call);
      const shape = turned.inputs.w?.shape ?? [];
      const w = emitter.scratch('transposed', { kind: 'rows', shape });
      emitTranspose(emitter, call.inputs.w?.shape ?? [], call.attributes.groups, emitter.input('w'), w);
      kernel.emit(
        turned,
        emitterOf(emitter, () => w),
      );
    },
  };
}

function inPlace(): Kernel {
  return {
    ...common(narrowInPlace),
    suits: (call) => narrowInPlace.suits(convolution(call)),
    emit: (call, emitter) =>
      narrowInPlace.emit(
        convolution(call),
        emitterOf(emitter, () => emitter.input('w')),
      ),
  };
}
