// Kernels for images in half precision: stored as f16, computed and added up in f32 as ever.

import type { Step } from '../runtime/plan/program.ts';
import { ELEMENTS, type Kernel } from './kernel.ts';

const HALVES: Readonly<Record<string, string>> = { f32: 'f16', vec2f: 'vec2h', vec4f: 'vec4h' };
const BOUND = /(var<storage[^>]*>\s*(\w+)\s*:\s*array<)(f32|vec2f|vec4f)>/g;
const TEXELS = /(var\s+(\w+)\s*:\s*texture_storage_2d<)rgba32float(\s*,\s*read>)/g;

/**
 * The same step by a kernel that reads and writes as f16 what lies so. Kernels convert whatever they read of an image, and write it as
 * `Scalar` or `Quad`, so that nothing but the types they declare changes.
 */
export function inHalf<S extends Pick<Step, 'kernel' | 'bind'>>(step: S): S {
  const { kernel, bind } = step;
  const halves = kernel.bindings.filter(({ name }) => {
    const layout = bind[name]?.layout;
    return (layout?.kind === 'image' || layout?.kind === 'texels') && layout.half;
  });
  if (halves.length === 0) return step;
  const names = new Set(halves.map(({ name }) => name));
  return {
    ...step,
    kernel: halved(
      kernel,
      names,
      halves.some(({ kind }) => kind === 'write'),
    ),
  };
}

/** The kernel that reads storage textures of these names as texels of f16; what it gets of them is f32 as ever. */
export function texelsInHalf(kernel: Kernel, names: ReadonlySet<string>): Kernel {
  return {
    ...kernel,
    code: kernel.code.replace(TEXELS, (all, head: string, name: string, tail: string) =>
      names.has(name) ? `${head}rgba16float${tail}` : all,
    ),
    bindings: kernel.bindings.map((binding) =>
      binding.kind === 'read_texture' && names.has(binding.name) ? { ...binding, format: 'rgba16float' } : binding,
    ),
  };
}

function halved(full: Kernel, names: ReadonlySet<string>, written: boolean): Kernel {
  const elements = written ? 'alias Scalar = f16;\nalias Quad = vec4h;' : ELEMENTS;
  const kernel = texelsInHalf(full, names);
  return {
    ...kernel,
    enables: [...new Set([...kernel.enables, 'f16' as const])],
    code: kernel.code
      .replace(ELEMENTS, `enable f16;\n${elements}`)
      .replace(BOUND, (all, head: string, name: string, type: string) =>
        names.has(name) ? `${head}${HALVES[type]}>` : all,
      ),
  };
}
