// All passes together: dead values, hoisting, and programs of whole networks.

import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { hoist } from '../../../src/runtime/compile/hoist.ts';
import { lower } from '../../../src/runtime/compile/lower.ts';
import { removeDead } from '../../../src/runtime/compile/remove_dead.ts';
import { GraphError, PlanError } from '../../../src/runtime/errors.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { print } from '../../../src/runtime/graph/print.ts';
import { input, Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import type { Layout } from '../../../src/runtime/plan/layout.ts';
import { printProgram } from '../../../src/runtime/plan/print.ts';
import { accesses, type Program, type Step } from '../../../src/runtime/plan/program.ts';
import { dropout } from '../../../src/wgsl/dropout/dropout.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../../src/wgsl/flatten/flatten.ts';
import { defineKernel } from '../../../src/wgsl/kernel.ts';
import { allFacts, discrete, lavapipe } from '../../support/facts.ts';
import { bottlenecks, conv, dense, denselyConnected, image, norm, plainKernels } from '../../support/nets.ts';

it('removeDead takes out dropout and flattening of what is flat, and keeps other flattening', () => {
  const drop = dropout.of({ x: image() }, {}, 'drop');
  const flat = flatten.of({ x: flatten.of({ x: drop }, {}, 'flatten') }, {}, 'again');
  const graph = graphOf({ y: dense(Scope.root().at('fc'), flat, 10), drop });
  expect(print(removeDead(graph))).toMatchInlineSnapshot(`
    "%0: f32[n,8,8,8] = input image
    %1: f32[n,512] = flatten(%0)
    %2: f32[n,10] = linear(%1, fc.weight, bias=fc.bias)
    y = %2
    drop = %0"
  `);
});

it('a small network becomes load steps and run steps', () => {
  const root = Scope.root();
  const x = norm(root.at('bn'), conv(root.at('conv'), image(), 16, { kernel: 3 }));
  const y = dense(root.at('fc'), flatten.of({ x: conv(root.at('pool'), x, 16, { stride: 8 }) }, {}, 'flatten'), 10);
  expect(printProgram(compile(graphOf({ y }), discrete, plainKernels))).toMatchInlineSnapshot(`
    "load fold(conv.weight) own=#5 gamma=#4 beta=#3 mean=#3 variance=#3 -> y=#2
    load fold(conv.bias) own=#3 gamma=#4 beta=#7 mean=#8 variance=#3 -> y=#6
    run rows_to_image(image) x=#0 -> y=#1
    run conv2d_direct(conv) x=#1 w=#2 bias=#6 -> y=#9
    run conv2d_direct(pool) x=#9 w=#11 -> y=#10
    run conv2d_direct(fc) x=#10 w=#14 bias=#13 -> y=#12
    run image_to_rows(y) x=#12 -> y=#15"
  `);
});

describe.each(Object.entries(allFacts))('on %s', (_, facts) => {
  const networks = { bottlenecks: bottlenecks([3, 4, 6, 3]), denselyConnected: denselyConnected([6, 12, 24, 16]) };
  it.each(Object.entries(networks))('what %s hoists is computed in order and from parameters alone', (_, graph) => {
    const { buffers, load, run, inputs } = compile(graph, facts);
    const known = new Set(buffers.filter(({ role }) => role === 'parameter').map(({ id }) => id));
    for (const step of load) {
      const { reads, writes } = accesses(step);
      expect(reads.filter((id) => !known.has(id))).toEqual([]);
      for (const id of writes) known.add(id);
    }
    expect(buffers.filter(({ role }) => role === 'constant').every(({ id }) => known.has(id))).toBe(true);
    // Everything that is left to a run follows from its input.
    const varying = new Set(Object.values(inputs));
    for (const step of run) {
      const { reads, writes } = accesses(step);
      expect(reads.some((id) => varying.has(id))).toBe(true);
      expect(reads.filter((id) => !varying.has(id) && !known.has(id))).toEqual([]);
      for (const id of writes) {
        expect(known.has(id)).toBe(false);
        varying.add(id);
      }
    }
  });
});

it('hoist leaves a step that fills part of a buffer whose other part varies', () => {
  const rows: Layout = { kind: 'rows', shape: [4] };
  const kernel = defineKernel('copy', [
    '@group(0) @binding(0) var<storage, read> x: array<f32>;\n@group(0) @binding(1) var<storage, read_write> y: array<f32>;',
  ]);
  const step = (layer: string, x: number, y: number): Step => ({
    kernel,
    layer,
    operator: 'copy',
    bind: { x: { id: x, layout: rows }, y: { id: y, layout: rows } },
    uniforms: () => ({}),
    grid: () => [1, 1, 1],
  });
  const program: Program = {
    buffers: (['parameter', 'input', 'activation', 'activation', 'activation'] as const).map((role, id) => ({
      id,
      name: `b${id}`,
      role,
      layout: rows,
    })),
    load: [],
    run: [step('both', 0, 2), step('alone', 0, 3), step('varies', 1, 2), step('after', 3, 4), step('reads', 2, 4)],
    inputs: { x: 1 },
    outputs: {},
  };
  const { load, run, buffers } = hoist(program);
  expect(load.map(({ layer }) => layer)).toEqual(['alone']);
  expect(run.map(({ layer }) => layer)).toEqual(['both', 'varies', 'after', 'reads']);
  expect(buffers.map(({ role }) => role)).toEqual(['parameter', 'input', 'activation', 'constant', 'activation']);
});

describe('lower refuses', () => {
  const x = image();
  it('two inputs of one name', () => {
    const graph = graphOf({ y: add.of({ a: x, b: image() }, {}, 'sum') });
    expect(() => lower(graph, discrete)).toThrow(new GraphError('duplicate_name', 'the model has two inputs image'));
  });

  it('outputs that nothing computes', () => {
    const weight = Scope.root().parameter('weight', [8], { law: 'constant', value: 0 });
    expect(() => lower(graphOf({ x, weight }), discrete)).toThrow(
      new GraphError('shape_mismatch', 'output weight is no activation, nor computed: [8]'),
    );
  });

  it('a kernel that the operator does not have', () => {
    const graph = graphOf({ y: conv(Scope.root().at('conv'), x, 8) });
    expect(() => lower(graph, discrete, () => 'conv2d_magic')).toThrow(
      new PlanError('over_limit', 'conv2d(conv): conv2d_magic cannot serve this call here'),
    );
  });
});

it('takes inputs with no batch as they are', () => {
  const fixed = input('mask', [8, 1, 1]);
  const program = compile(graphOf({ y: add.of({ a: image(), b: fixed }, {}, 'sum') }), discrete);
  expect(printProgram(program)).toMatchInlineSnapshot(`
    "run rows_to_image(image) x=#0 -> y=#1
    run elementwise(sum) a=#1 b=#2 -> y=#3
    run image_to_rows(y) x=#3 -> y=#4"
  `);
});

it('an input may be an output, and one value two outputs', () => {
  const x = image();
  expect(printProgram(compile(graphOf({ x, again: x }), discrete))).toMatchInlineSnapshot(`
    "run rows_to_image(image) x=#0 -> y=#1
    run image_to_rows(x) x=#1 -> y=#2
    run image_to_rows(again) x=#1 -> y=#3"
  `);
});

it('an output is read where it was made if it lies there as it is read', () => {
  const moved = (outputs: Record<string, Value>) => {
    const { buffers, run, outputs: ids } = compile(graphOf(outputs), lavapipe);
    for (const id of Object.values(ids)) expect(buffers[id]?.role).toBe('output');
    return run.flatMap(({ kernel, layer }) => (kernel.name === 'image_to_rows' ? [layer] : []));
  };
  const layer = (name: string, x: Value, features: number) => dense(Scope.root().at(name), x, features);
  const tight = layer('fc', image(1), 16);
  expect(moved({ y: tight })).toEqual([]);
  expect(moved({ y: layer('padded', image(1), 10) })).toEqual(['y']);
  expect(moved({ y: layer('pixels', image(2), 16) })).toEqual(['y']);
  expect(moved({ y: tight, again: tight })).toEqual(['again']);
  // The last layer reads it as texels.
  expect(moved({ hidden: tight, y: layer('last', tight, 64) })).toEqual(['hidden']);
});
