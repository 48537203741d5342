// The plain convolution: serves every call.

import type { Candidate } from '../op.ts';
import { epilogueOf } from '../shared/epilogue.ts';
import { eachQuad } from '../shared/frame.ts';
import weight from '../shared/weight.wgsl';
import type { Conv2dAttributes } from './conv2d.ts';
import source from './conv2d_direct.wgsl';
import { geometry, tapUniforms } from './geometry.ts';

export const conv2dDirect: Candidate<Conv2dAttributes> = {
  name: 'conv2d_direct',
  suits: () => 1,
  emit(call, emitter) {
    const { filters, perGroup, kernelH, kernelW, macs } = geometry(call);
    const epilogue = epilogueOf(call, emitter);
    emitter.step(
      eachQuad({
        name: 'conv2d_direct',
        sources: [source, weight, ...epilogue.sources],
        bind: { x: emitter.input('x'), w: emitter.input('w'), y: emitter.output, ...epilogue.bind },
        uniforms: {
          channels: perGroup,
          group: filters / call.attributes.groups,
          kernel_h: kernelH,
          kernel_w: kernelW,
          ...tapUniforms(call),
          ...epilogue.uniforms,
        },
        flops: (n) => 2 * macs * n,
      }),
    );
  },
};
