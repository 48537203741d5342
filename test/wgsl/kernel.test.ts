// What a kernel's text says about itself: bindings and uniforms, through comments, and what makes two kernels one.

import { describe, expect, it } from 'vitest';
import { GraphError } from '../../src/runtime/errors.ts';
import { defineKernel, ELEMENTS, kernelKey } from '../../src/wgsl/kernel.ts';
import { kernelFaults } from '../support/kernel_faults.ts';

const uniform = '@group(0) @binding(0) var<uniform> params: Params;';

describe('bindings', () => {
  it('are read with their kinds, in the order of their numbers', () => {
    const { bindings } = defineKernel('k', [
      '@group(0) @binding(3) var<storage,read_write> y: array<vec4f>;',
      '@group(0) @binding(1) var<storage> x: array<f32>;\n@group(0)\n  @binding(2)\n  var<storage, read> w : array<f32>;',
      `struct Params { n: u32 }\n${uniform}`,
      '@group(0) @binding(4) var weights: texture_2d<f32>;',
      '@group(0) @binding(5) var packed: texture_storage_2d<rgba32float, write>;',
      '@group(0) @binding(6) var<uniform> table: array<vec4f, 4096>;',
      'var<workgroup> sh_x: array<f32, 64>; var<private> p: u32;',
    ]);
    expect(bindings).toEqual([
      { index: 0, name: 'params', kind: 'uniform' },
      { index: 1, name: 'x', kind: 'read' },
      { index: 2, name: 'w', kind: 'read' },
      { index: 3, name: 'y', kind: 'write' },
      { index: 4, name: 'weights', kind: 'texture' },
      { index: 5, name: 'packed', kind: 'write_texture' },
      { index: 6, name: 'table', kind: 'uniforms' },
    ]);
  });

  it.each([
    ['k.wgsl: binding 1 (s) is of no known kind', '@group(0) @binding(1) var s: sampler;'],
    ['k.wgsl: binding 1 (x) is of no known kind', '@group(0) @binding(1) var<storage, write> x: array<f32>;'],
  ])('%s', (message, text) => {
    expect(() => defineKernel('k', [text])).toThrow(new GraphError('unknown_operator', message));
  });

  it.each([
    [
      'k.wgsl: bindings x (1) and w (1) of the joined files collide',
      '@group(0) @binding(1) var<storage, read> x: array<f32>;\n@group(0) @binding(1) var<storage, read> w: array<f32>;',
    ],
    [
      'k.wgsl: bindings x (1) and x (2) of the joined files collide',
      '@group(0) @binding(1) var<storage, read> x: array<f32>;\n@group(0) @binding(2) var<storage, read> x: array<f32>;',
    ],
    [
      "k.wgsl: 1 bindings, of which 0 read '@group(0) @binding(I) var<...> name: type'",
      '@binding(1) @group(0) var<storage, read> x: array<f32>;',
    ],
    [
      "k.wgsl: 1 bindings, of which 0 read '@group(0) @binding(I) var<...> name: type'",
      '@group(1) @binding(1) var<storage, read> x: array<f32>;',
    ],
  ])('a fault: %s', (message, text) => {
    expect(kernelFaults(defineKernel('k', [text]))).toEqual([message]);
  });
});

describe('uniforms', () => {
  const fields = (...texts: string[]) => defineKernel('k', texts).uniforms.map(({ name, type }) => `${name}:${type}`);

  it('are the fields of Params, several on a line or one, with or without a comma at the end', () => {
    expect(fields('struct Params {\n  a: u32, b: f32,\n  c : i32\n}', uniform)).toEqual(['a:u32', 'b:f32', 'c:i32']);
    expect(fields('struct Params{a:u32,}', uniform)).toEqual(['a:u32']);
    expect(fields('@compute @workgroup_size(1) fn main() {}')).toEqual([]);
    expect(fields('struct Other { z: u32 }\nstruct Params { a: u32 }')).toEqual(['a:u32']);
  });

  it('are read past comments with braces, fields and bindings in them', () => {
    const text = `
      // struct Params { wrong: u32 } @group(0) @binding(0) var<uniform> wrong: Params;
      struct Params {
        a: u32, // {x, y}: see below
        b: f32, c: u32,  // not d: u32
      }
      ${uniform} // the end`;
    expect(fields(text)).toEqual(['a:u32', 'b:f32', 'c:u32']);
    expect(defineKernel('k', [text]).bindings).toHaveLength(1);
  });

  it('are those of the structs within Params too', () => {
    const image = 'struct Image { offset: u32, row: u32, height: u32, width: u32 }';
    const params = 'struct Params { x: Image, y: Image, scale: f32 }';
    const of = (name: string) => ['offset', 'row', 'height', 'width'].map((field) => `${name}.${field}:u32`);
    expect(fields(params, uniform, image)).toEqual([...of('x'), ...of('y'), 'scale:f32']);
  });

  it.each([
    [
      'k.wgsl: Params.x.size is vec2u, not u32, i32 or f32',
      'struct Params { x: Size } struct Size { n: u32, c: u32, size: vec2u, d: u32 }',
    ],
    ['k.wgsl: Params.size is vec2u, not u32, i32 or f32', 'struct Params { a: u32, size: vec2u }'],
    ['k.wgsl: Params.@align(16) a is u32, not u32, i32 or f32', 'struct Params { @align(16) a: u32 }'],
  ])('%s', (message, text) => {
    expect(() => defineKernel('k', [text])).toThrow(new GraphError('unknown_operator', message));
  });
});

describe('a fault of uniforms', () => {
  it.each([
    [
      'k.wgsl: Params.x is a struct of 3 fields behind 0, not multiples of 4',
      'struct Params { x: Size } struct Size { c: u32, h: u32, w: u32 }',
    ],
    [
      'k.wgsl: Params.x is a struct of 4 fields behind 1, not multiples of 4',
      'struct Params { a: u32, x: Size } struct Size { n: u32, c: u32, h: u32, w: u32 }',
    ],
  ])('%s', (message, text) => {
    expect(kernelFaults(defineKernel('k', [text]))).toEqual([message]);
  });
});

it('a block comment is a fault', () => {
  expect(kernelFaults(defineKernel('k', ['/* fn a() {} */']))).toEqual(['k.wgsl: a block comment']);
});

describe('the code', () => {
  it('has features, then the element type, then constants, then the files', () => {
    const { code } = defineKernel('k', ['fn a() {}', 'fn b() {}'], {
      enables: ['f16'],
      constants: { TILE: 8, SCALE: 0.5, SHIFT: -1 },
    });
    expect(code).toBe(
      `enable f16;\n${ELEMENTS}\nconst TILE = 8u;\nconst SCALE = 0.5;\nconst SHIFT = -1;\nfn a() {}\nfn b() {}`,
    );
  });

  it('has no constant and no override that WGSL cannot write', () => {
    expect(() => defineKernel('k', [''], { constants: { A: Number.POSITIVE_INFINITY } })).toThrow(TypeError);
    expect(() => defineKernel('k', [''], { overrides: { A: Number.NaN } })).toThrow(TypeError);
  });

  it('is joined once: one definition, one kernel', () => {
    const make = (name: string, texts: string[], overrides: Record<string, number>, constants = {}) =>
      defineKernel(name, texts, { overrides, constants });
    const first = make('k', ['fn a() {}'], { A: 1 });
    expect(make('k', ['fn a() {}'], { A: 1 })).toBe(first);
    const others = [
      make('other', ['fn a() {}'], { A: 1 }),
      make('k', ['fn b() {}'], { A: 1 }),
      make('k', ['fn a() {}', ''], { A: 1 }),
      make('k', ['fn a() {}'], { A: 2 }),
      make('k', ['fn a() {}'], { A: 1 }, { B: 1 }),
    ];
    expect(new Set([first, ...others].map(kernelKey)).size).toBe(6);
  });
});
