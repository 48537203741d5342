// Weights in half precision: what convolutions and linear layers read is stored as f16, and added up in f32 as ever.

import { elementCount } from '../runtime/graph/value.ts';
import { accesses, type BufferSpec, type Program, type Step } from '../runtime/plan/program.ts';
import putBuffer from './conv2d/put_buffer.wgsl';
import putBufferHalf from './conv2d/put_buffer_half.wgsl';
import { texelsInHalf } from './half.ts';
import type { Kernel } from './kernel.ts';
import { each } from './shared/frame.ts';
import toHalf from './shared/to_half.wgsl';
import weight from './shared/weight.wgsl';
import weightHalf from './shared/weight_half.wgsl';
import weightHalves from './shared/weight_halves.wgsl';
import weightQuad from './shared/weight_quad.wgsl';
import weightQuadHalf from './shared/weight_quad_half.wgsl';
import weightUniform from './shared/weight_uniform.wgsl';
import weightUniformHalf from './shared/weight_uniform_half.wgsl';

/** What kernels read weights by, and by which file in its place. */
const readers: readonly (readonly [text: string, half: string])[] = [
  [weight, weightHalf],
  [weightQuad, weightQuadHalf],
  [weightHalves, weightHalves],
  [weightUniform, weightUniformHalf],
];

/**
 * The same program, hoisted, with the weights of its runs in half the memory. Packed ones are written so; those that are read as PyTorch
 * holds them are copied into half precision by a step of their own, and what they were copied from is let go of. No feature of
 * the adapter is needed. Numbers beyond 65504 become infinite.
 */
export function halfWeights(program: Program): Program {
  const buffers = [...program.buffers];
  const load = [...program.load];
  /** By the id of what it was: where the halves are. */
  const halves = new Map<number, number>();
  const run = program.run.map((step) => {
    const { w } = step.bind;
    const fixed = w && ['parameter', 'constant'].includes(buffers[w.id]?.role ?? '');
    const kernel = w && fixed && readsHalf(step.kernel, w.layout.kind === 'texture');
    if (!kernel) return step;
    const id = halves.get(w.id) ?? halve(buffers, load, w.id);
    halves.set(w.id, id);
    return { ...step, kernel, bind: { ...step.bind, w: { id, layout: buffers[id]!.layout } } };
  });
  return { ...program, buffers, load, run };
}

/** The kernel on weights in half precision; undefined for one that takes other weights. Of a texture that is sampled it takes either. */
function readsHalf(kernel: Kernel, texture: boolean): Kernel | undefined {
  const [text, half] = readers.find(([text]) => kernel.code.includes(text)) ?? [];
  if (text !== undefined && half !== undefined) return joined(kernel, text, half);
  return texture ? texelsInHalf(kernel, new Set(['w'])) : undefined;
}

/** Changes what fills the buffer, or adds a step that copies it; gives the id of the halves. */
function halve(buffers: BufferSpec[], load: Step[], id: number): number {
  const { layout, name } = buffers[id]!;
  const [text, half] = layout.kind === 'texture' ? ['rgba32float', 'rgba16float'] : [putBuffer, putBufferHalf];
  const writers = load.flatMap((step, at) => (accesses(step).writes.includes(id) ? [at] : []));
  const packs = writers.length > 0 && writers.every((at) => load[at]!.kernel.code.includes(text));
  if (packs && (layout.kind === 'texture' || layout.kind === 'packed')) {
    for (const at of writers) load[at] = { ...load[at]!, kernel: joined(load[at]!.kernel, text, half) };
    buffers[id] = { ...buffers[id]!, layout: { ...layout, half: true } };
    return id;
  }
  const elements = elementsOf(buffers[id]!);
  const halved = { kind: 'packed', elements, elementsPerImage: 0, half: true } as const;
  buffers.push({ id: buffers.length, name: `${name}.half`, role: 'constant', layout: halved });
  const bind = { x: { id, layout }, y: { id: buffers.length - 1, layout: halved } };
  const step = each({ name: 'to_half', sources: [toHalf], bind }, () => Math.ceil(elements / 2));
  load.push({ ...step, layer: name, operator: 'to_half' });
  return buffers.length - 1;
}

function elementsOf({ name, layout }: BufferSpec): number {
  switch (layout.kind) {
    case 'rows':
      return elementCount(layout.shape);
    case 'packed':
      return layout.elements;
    default:
      throw new TypeError(`weights ${name} are laid out as ${layout.kind}`);
  }
}

/** The kernel with another file in the place of one. */
function joined(kernel: Kernel, text: string, other: string): Kernel {
  const bindings = kernel.bindings.map((binding) =>
    binding.kind === 'write_texture' ? { ...binding, format: 'rgba16float' as const } : binding,
  );
  return { ...kernel, code: kernel.code.replace(text, other), bindings };
}
