// A kernel: WGSL files joined, a header of constants, overrides. What it binds and its uniforms are read from its text.

import { GraphError } from '../runtime/errors.ts';

export type BindingKind = 'uniform' | 'read' | 'write' | 'texture' | 'write_texture';

export interface Binding {
  readonly index: number;
  readonly name: string;
  readonly kind: BindingKind;
}

export interface UniformField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
}

export type Enable = 'subgroups' | 'f16';

export interface Kernel {
  /** The base name of the kernel's file: pipeline label and bench row. */
  readonly name: string;
  /** The joined text, header included; together with the overrides it is the pipeline's identity. */
  readonly code: string;
  readonly overrides: Readonly<Record<string, number>>;
  readonly enables: readonly Enable[];
  readonly bindings: readonly Binding[];
  /** The fields of `struct Params`, each four bytes, in order. */
  readonly uniforms: readonly UniformField[];
}

interface KernelOptions {
  /** Become `const NAME = 8u;` before the text: register tiles, which function-scope arrays take as constants only. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Workgroup sizes, flags, numbers that a loop must know when it is compiled. */
  readonly overrides?: Readonly<Record<string, number>>;
  readonly enables?: readonly Enable[];
}

const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var(?:<([^>]+)>)?\s+(\w+)\s*:\s*([\w]+)/g;
const PARAMS = /struct\s+Params\s*\{([^}]*)\}/;
const KINDS: Readonly<Record<string, BindingKind>> = {
  uniform: 'uniform',
  'storage,read': 'read',
  storage: 'read',
  'storage,read_write': 'write',
};

/** Joins `sources` into a kernel. Two kernels made of the same text and numbers are the same pipeline. */
export function defineKernel(name: string, sources: readonly string[], options: KernelOptions = {}): Kernel {
  const { constants = {}, overrides = {}, enables = [] } = options;
  const header = [
    ...enables.map((feature) => `enable ${feature};`),
    ...Object.entries(constants).map(([key, value]) => `const ${key} = ${value}${Number.isInteger(value) ? 'u' : ''};`),
  ];
  const text = sources
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/[^\n]*/g, '');
  return {
    name,
    code: [...header, ...sources].join('\n'),
    overrides,
    enables,
    bindings: readBindings(name, text),
    uniforms: readUniforms(name, text),
  };
}

/** What tells pipelines apart. */
export function kernelKey(kernel: Kernel): string {
  return `${kernel.name} ${JSON.stringify(kernel.overrides)}\n${kernel.code}`;
}

function readBindings(name: string, text: string): readonly Binding[] {
  const bindings = [...text.matchAll(BINDING)].map(([, index, space, variable, type]): Binding => {
    const kind = space === undefined ? textureKind(type ?? '') : KINDS[space.replaceAll(' ', '')];
    if (!kind || !variable)
      throw new GraphError('unknown_operator', `${name}.wgsl: binding ${index} is of no known kind`);
    return { index: Number(index), name: variable, kind };
  });
  if (new Set(bindings.map(({ index }) => index)).size !== bindings.length)
    throw new GraphError('unknown_operator', `${name}.wgsl: two of the joined files use the same binding`);
  return bindings.sort((a, b) => a.index - b.index);
}

function textureKind(type: string): BindingKind | undefined {
  if (type === 'texture_storage_2d') return 'write_texture';
  return type === 'texture_2d' ? 'texture' : undefined;
}

function readUniforms(name: string, text: string): readonly UniformField[] {
  const body = PARAMS.exec(text)?.[1] ?? '';
  return body
    .split(',')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [field = '', type = ''] = line.split(':').map((part) => part.trim());
      if (type !== 'u32' && type !== 'i32' && type !== 'f32')
        throw new GraphError('unknown_operator', `${name}.wgsl: Params.${field} is ${type}, not u32, i32 or f32`);
      return { name: field, type };
    });
}
