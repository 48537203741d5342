// A kernel: WGSL files joined, a header of constants, overrides. What it binds and its uniforms are read from its text.

import { GraphError } from '../runtime/errors.ts';

/** `uniform` is Params; `uniforms` an array of numbers, of one size for all pipelines. */
export type BindingKind = 'uniform' | 'uniforms' | 'read' | 'write' | 'texture' | 'read_texture' | 'write_texture';

export interface Binding {
  readonly index: number;
  readonly name: string;
  readonly kind: BindingKind;
  /** Of a texture that is written, or read as storage, where not rgba32float. */
  readonly format?: 'rgba16float';
}

export interface UniformField {
  readonly name: string;
  readonly type: 'u32' | 'i32' | 'f32';
}

export type Enable = 'subgroups' | 'f16' | 'chromium_experimental_subgroup_matrix';

export interface Kernel {
  /** The base name of the kernel's file: pipeline label and bench row. */
  readonly name: string;
  /** The joined text, header included; together with the overrides it is the pipeline's identity. */
  readonly code: string;
  readonly overrides: Readonly<Record<string, number>>;
  readonly enables: readonly Enable[];
  readonly bindings: readonly Binding[];
  /** The fields of `struct Params`, each four bytes, in order; those of a struct within it as `x.height`. */
  readonly uniforms: readonly UniformField[];
}

interface KernelOptions {
  /** Become `const NAME = 8u;` before the text: register tiles, which function-scope arrays take as constants only. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Workgroup sizes, flags, numbers that a loop must know when it is compiled. */
  readonly overrides?: Readonly<Record<string, number>>;
  readonly enables?: readonly Enable[];
}

const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var(?:\s*<([^>]+)>)?\s+(\w+)\s*:\s*(\w+(?:<\w+,\s*\w+>)?)/g;
const STRUCT = /struct\s+(\w+)\s*\{([^}]*)\}/g;
const KINDS: Readonly<Record<string, BindingKind>> = {
  uniform: 'uniform',
  'storage,read': 'read',
  storage: 'read',
  'storage,read_write': 'write',
};

/** What images are written as: the kernel's own header says f32, and half.ts puts another in its place. */
export const ELEMENTS = 'alias Scalar = f32;\nalias Quad = vec4f;';

const defined = new Map<string, { sources: readonly string[]; kernel: Kernel }[]>();

/**
 * Joins `sources` into a kernel. What WGSL allows and is not read here, no kernel has: test/support/kernel_faults.ts looks for it in
 * all. Two kernels made of the same text and numbers are the same pipeline, and of one definition there is one object, however
 * many layers use it.
 */
export function defineKernel(name: string, sources: readonly string[], options: KernelOptions = {}): Kernel {
  const key = JSON.stringify([name, options.enables, options.constants, options.overrides]);
  const known = defined.get(key) ?? [];
  const found = known.find((entry) => sameTexts(entry.sources, sources));
  if (found) return found.kernel;
  const kernel = joinKernel(name, sources, options);
  defined.set(key, [...known, { sources: [...sources], kernel }]);
  return kernel;
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

function joinKernel(name: string, sources: readonly string[], options: KernelOptions): Kernel {
  const { constants = {}, overrides = {}, enables = [] } = options;
  const text = sources.join('\n').replaceAll(/\/\/[^\n]*/g, '');
  for (const value of Object.values(overrides)) finite(value);
  return {
    name,
    code: [
      ...enables.map((feature) => `enable ${feature};`),
      ELEMENTS,
      ...Object.entries(constants).map(([key, value]) => `const ${key} = ${literal(value)};`),
      ...sources,
    ].join('\n'),
    overrides,
    enables,
    bindings: readBindings(name, text),
    uniforms: readUniforms(name, text),
  };
}

/** A WGSL literal: unsigned where it can be. */
function literal(value: number): string {
  return Number.isInteger(finite(value)) && value >= 0 ? `${value}u` : String(value);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`WGSL has no constant ${value}`);
  return value;
}

/** What tells pipelines apart. */
export function kernelKey(kernel: Kernel): string {
  return `${kernel.name} ${JSON.stringify(kernel.overrides)}\n${kernel.code}`;
}

function readBindings(name: string, text: string): readonly Binding[] {
  const bindings = [...text.matchAll(BINDING)].map(([, index, space, variable, type]): Binding => {
    const kind = space === undefined ? textureKind(type ?? '') : bufferKind(space.replaceAll(/\s/g, ''), type ?? '');
    if (!kind || !variable)
      throw new GraphError('unknown_operator', `${name}.wgsl: binding ${index} (${variable}) is of no known kind`);
    return { index: Number(index), name: variable, kind };
  });
  return bindings.sort((a, b) => a.index - b.index);
}

function bufferKind(space: string, type: string): BindingKind | undefined {
  return space === 'uniform' && type.startsWith('array<') ? 'uniforms' : KINDS[space];
}

function textureKind(type: string): BindingKind | undefined {
  const [, access] = /^texture_storage_2d<rgba32float,\s*(read|write)>$/.exec(type) ?? [];
  if (access) return access === 'read' ? 'read_texture' : 'write_texture';
  return type === 'texture_2d' ? 'texture' : undefined;
}

function readUniforms(name: string, text: string): readonly UniformField[] {
  const structs = new Map([...text.matchAll(STRUCT)].map(([, struct, body = '']) => [struct, fieldsOf(body)]));
  const uniforms: UniformField[] = [];
  for (const [field, type] of structs.get('Params') ?? []) {
    const members = structs.get(type);
    if (!members) {
      uniforms.push(uniform(name, field, type));
      continue;
    }
    uniforms.push(...members.map(([member, kind]) => uniform(name, `${field}.${member}`, kind)));
  }
  return uniforms;
}

/** Names and types. */
function fieldsOf(body: string): readonly (readonly [string, string])[] {
  const lines = body.split(',').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [field = '', type = ''] = line.split(':').map((part) => part.trim());
      return [field, type];
    });
}

function uniform(name: string, field: string, type: string): UniformField {
  // An attribute such as @align would move the field away from where it is packed.
  if (!/^[\w.]+$/.test(field) || (type !== 'u32' && type !== 'i32' && type !== 'f32'))
    throw new GraphError('unknown_operator', `${name}.wgsl: Params.${field} is ${type}, not u32, i32 or f32`);
  return { name: field, type };
}
