// Plans: plain data, memory known beforehand, limits and budgets, and what a batch size changes.

import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { PlanError, UsageError } from '../../../src/runtime/errors.ts';
import { type Graph, graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { AdapterFacts } from '../../../src/runtime/plan/facts.ts';
import { type Layout, layoutBytes } from '../../../src/runtime/plan/layout.ts';
import { batchWithinLimits, type Plan, planProgram } from '../../../src/runtime/plan/plan.ts';
import type { Grid, Program, Step } from '../../../src/runtime/plan/program.ts';
import { defineKernel, kernelKey } from '../../../src/wgsl/kernel.ts';
import { allFacts, discrete, lavapipe, limited } from '../../support/facts.ts';
import { bottlenecks, conv, denselyConnected, image, plainKernels } from '../../support/nets.ts';

const network: Graph = bottlenecks([2, 2], 32);
const adapters = Object.entries(allFacts);

describe('a plan', () => {
  it.each(adapters)('is plain data on %s: it survives copying and JSON', (_, facts) => {
    const plan = planProgram(compile(network, facts), facts, { batch: 2 });
    expect(structuredClone(plan)).toEqual(plan);
    expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
  });

  it.each(adapters)('is the same when made again on %s', (_, facts) => {
    const make = () => planProgram(compile(network, facts), facts, { batch: 3 });
    expect(make()).toEqual(make());
  });

  it.each(adapters)('knows on %s the bytes that its residence and weights take', (_, facts) => {
    const program = compile(network, facts);
    const plan = planProgram(program, facts, { batch: 5 });
    const bytes = (id: number) => plan.buffers[id]!.bytes;
    const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
    const bound = new Set(plan.run.flatMap(({ bindings }) => bindings.map(({ buffer }) => buffer)));
    const weights = program.buffers.filter(
      ({ id, role }) => (role === 'parameter' || role === 'constant') && bound.has(id),
    );
    const outputs = Object.values(plan.outputs);
    const inputs = Object.values(plan.inputs);
    // Results are read through a copy, and inputs written through one where the GPU is one.
    const ends = [...inputs, ...(facts.fallback ? [] : inputs), ...outputs, ...outputs];
    const uniforms = 4 * plan.uniformWords.length;
    const texels = sum(plan.texels.map(([width, height]) => 16 * width * height));
    expect(plan.peakBytes).toBe(
      sum(plan.arenas) + texels + sum(weights.map(({ id }) => bytes(id))) + sum(ends.map(bytes)) + uniforms,
    );
    // Whatever a run binds has memory: an arena, a texture that is shared, an end, or a weight.
    const owned = new Set([...inputs, ...outputs, ...weights.map(({ id }) => id)]);
    for (const id of bound) {
      const { arena, shared } = plan.buffers[id]!;
      expect(arena !== null || shared !== undefined || owned.has(id)).toBe(true);
    }
  });

  it('says what every dispatch binds and where its uniforms lie', () => {
    const facts = limited(discrete, { minUniformBufferOffsetAlignment: 256 });
    const plan = planProgram(compile(network, facts), facts, { batch: 1 });
    const dispatches = [...plan.load, ...plan.run];
    expect(dispatches.map(({ uniforms }) => uniforms)).toEqual(dispatches.map((_, i) => 256 * i));
    for (const { kernel, bindings } of dispatches)
      expect(bindings.map(({ index }) => index)).toEqual(
        kernel.bindings.filter(({ kind }) => kind !== 'uniform').map(({ index }) => index),
      );
  });
});

describe('another batch size', () => {
  const keys = (plan: Plan) => new Set([...plan.load, ...plan.run].map(({ kernel }) => kernelKey(kernel)));
  it.each(adapters)('needs no other kernel on %s, only other sizes, uniforms and grids', (_, facts) => {
    const program = compile(network, facts);
    const [one, ...others] = [1, 2, 7, 64].map((batch) => planProgram(program, facts, { batch }));
    for (const plan of others) {
      expect(keys(plan)).toEqual(keys(one!));
      const shape = ({ load, run }: Plan) =>
        [...load, ...run].map(({ kernel, layer, bindings, uniforms }) => [kernel.name, layer, bindings, uniforms]);
      expect(shape(plan)).toEqual(shape(one!));
      expect(plan.load).toEqual(one!.load);
      expect(plan.peakBytes).toBeGreaterThan(one!.peakBytes);
    }
  });

  it('must be a positive integer, and a budget a positive number', () => {
    const program = compile(network, discrete);
    for (const batch of [0, -1, 1.5, Number.NaN])
      expect(() => planProgram(program, discrete, { batch })).toThrow(
        new UsageError('invalid_argument', `the batch size must be a positive integer and is ${batch}`),
      );
    for (const budgetBytes of [0, -5, Number.NaN])
      expect(() => planProgram(program, discrete, { batch: 1, budgetBytes })).toThrow(
        new UsageError(
          'invalid_argument',
          `the memory budget must be a positive number of bytes and is ${budgetBytes}`,
        ),
      );
  });
});

describe('a budget', () => {
  const program = compile(network, discrete, plainKernels);
  const peak = (batch: number) => planProgram(program, discrete, { batch }).peakBytes;

  it('is kept to the byte, and the error says the peak and what would fit', () => {
    const budgetBytes = peak(3);
    expect(planProgram(program, discrete, { batch: 3, budgetBytes }).peakBytes).toBe(budgetBytes);
    expect(() => planProgram(program, discrete, { batch: 16, budgetBytes })).toThrow(
      new PlanError(
        'over_budget',
        `a batch of 16 needs ${peak(16)} bytes of GPU memory, the budget is ${budgetBytes}; a batch of 3 would fit`,
      ),
    );
  });

  it('that holds not one image says so', () => {
    const budgetBytes = peak(1) - 1;
    expect(() => planProgram(program, discrete, { batch: 1, budgetBytes })).toThrow(
      new PlanError(
        'over_budget',
        `a batch of 1 needs ${peak(1)} bytes of GPU memory, the budget is ${budgetBytes}; not even one image would fit`,
      ),
    );
  });

  it('is searched in a handful of attempts, not one for every batch size', () => {
    const tried = new Set<number>();
    const watched = program.run.map((step) => ({
      ...step,
      uniforms: (n: number) => {
        tried.add(n);
        return step.uniforms(n);
      },
    }));
    expect(() => planProgram({ ...program, run: watched }, discrete, { batch: 4000, budgetBytes: peak(2) })).toThrow(
      'a batch of 2 would fit',
    );
    expect(tried.size).toBeLessThanOrEqual(1 + Math.ceil(Math.log2(4000)));
  });
});

describe('limits', () => {
  const program = compile(graphOf({ y: conv(Scope.root().at('conv'), image(16, 4), 8) }), discrete, plainKernels);
  const failure = (facts: AdapterFacts, batch: number, planned = program) => {
    try {
      planProgram(planned, facts, { batch });
    } catch (error) {
      expect(error).toBeInstanceOf(PlanError);
      expect((error as PlanError).code).toBe('over_limit');
      return (error as PlanError).message;
    }
    return 'planned';
  };

  it('of a binding: which buffer, both sizes, the batch that fits', () => {
    const facts = limited(discrete, { maxStorageBufferBindingSize: 4 * (8 * 256 * 3 + 32) });
    expect(failure(facts, 3)).toBe('planned');
    expect(failure(facts, 5)).toBe(
      'conv takes 41088 bytes for a batch of 5, the adapter binds 24704 at once; a batch of 3 would fit',
    );
    expect(batchWithinLimits(program, facts, 100)).toBe(3);
    const less = limited(discrete, { maxBufferSize: 4096 });
    expect(failure(less, 1)).toMatch(/^image takes \d+ bytes .* binds 4096 at once; not even one image would fit$/);
    expect(batchWithinLimits(program, less, 100)).toBe(0);
  });

  it('of a grid: which kernel and layer, both numbers', () => {
    const facts = limited(discrete, { maxComputeWorkgroupsPerDimension: 64 });
    expect(failure(facts, 2)).toBe('planned');
    expect(failure(facts, 9)).toBe(
      'conv2d_direct(conv): 72 workgroups for a batch of 9, the adapter allows 64; a batch of 2 would fit',
    );
  });

  it('of a grid, at load time too', () => {
    const wide = conv(Scope.root().at('wide'), image(1, 64), 64, { kernel: 1 });
    const packed = compile(graphOf({ y: wide }), lavapipe, ({ operator }) =>
      operator?.name === 'conv2d' ? 'conv2d_broadcast' : undefined,
    );
    expect(packed.load.length).toBeGreaterThan(0);
    const most = Math.max(...packed.load.flatMap(({ grid }) => [...grid(1)]));
    const facts = limited(lavapipe, { maxComputeWorkgroupsPerDimension: most - 1 });
    expect(failure(facts, 1, packed)).toMatch(
      new RegExp(`\\(wide\\): ${most} workgroups .* allows ${most - 1}; not even one image would fit$`),
    );
  });

  it('of a texture', () => {
    const layout: Layout = { kind: 'texture', width: 300, height: 10 };
    const textured: Program = {
      ...program,
      buffers: [...program.buffers, { id: program.buffers.length, name: 'conv.weights', role: 'constant', layout }],
    };
    expect(failure(limited(discrete, { maxTextureDimension2D: 256 }), 1, textured)).toBe(
      "conv.weights: a texture of 300x10 is over the adapter's 256; not even one image would fit",
    );
    expect(planProgram(textured, discrete, { batch: 1 }).buffers.at(-1)).toMatchObject({
      texture: [300, 10, 'rgba32float'],
      bytes: layoutBytes(layout, 1),
    });
  });
});

describe('uniforms', () => {
  const kernel = defineKernel('typed', [
    'struct Params { a: u32, b: i32, c: f32 }\n@group(0) @binding(0) var<uniform> params: Params;',
  ]);
  const plan = (uniforms: Record<string, number>, grid: Grid = [1, 1, 1]) => {
    const step: Step = {
      kernel,
      layer: 'here',
      operator: 'typed',
      bind: {},
      uniforms: () => uniforms,
      grid: () => grid,
    };
    const program: Program = { buffers: [], load: [], run: [step, step], inputs: {}, outputs: {} };
    return planProgram(program, discrete, { batch: 1 });
  };

  it('are packed by type, each dispatch at an offset that may be bound', () => {
    const { uniformWords, run } = plan({ a: 0xffff_ffff, b: -2, c: Number.NEGATIVE_INFINITY });
    expect(uniformWords.slice(0, 4)).toEqual([0xffff_ffff, 0xffff_fffe, 0xff80_0000, 0]);
    expect(run.map(({ uniforms }) => uniforms)).toEqual([0, 64]);
    expect(uniformWords).toHaveLength(32);
  });

  it.each([
    ['typed(here) has no value for uniform c', { a: 1, b: 1 }],
    ['typed(here) has no uniform d', { a: 1, b: 1, c: 1, d: 1 }],
    ['typed(here): uniform a is -1, not u32', { a: -1, b: 1, c: 1 }],
    ['typed(here): uniform a is 4294967296, not u32', { a: 2 ** 32, b: 1, c: 1 }],
    ['typed(here): uniform b is 0.5, not i32', { a: 1, b: 0.5, c: 1 }],
    ['typed(here): uniform b is 2147483648, not i32', { a: 1, b: 2 ** 31, c: 1 }],
    ['typed(here): uniform c is NaN, not f32', { a: 1, b: 1, c: Number.NaN }],
  ])('%s', (message, values) => {
    expect(() => plan(values)).toThrow(new TypeError(message));
  });

  it('and grids that are no numbers of workgroups are mistakes of a kernel', () => {
    for (const grid of [
      [0, 1, 1],
      [1.5, 1, 1],
      [Number.NaN, 1, 1],
    ] as const)
      expect(() => plan({ a: 1, b: 1, c: 1 }, grid)).toThrow(
        new TypeError(`typed(here): a grid of ${grid.join('x')} workgroups`),
      );
  });

  it('bindings that are missing or too many are named', () => {
    const bound = defineKernel('bound', ['@group(0) @binding(0) var<storage, read> x: array<f32>;']);
    const layout: Layout = { kind: 'rows', shape: [4] };
    const made = (bind: Step['bind']) =>
      planProgram(
        {
          buffers: [{ id: 0, name: 'p', role: 'parameter', layout }],
          load: [],
          run: [{ kernel: bound, layer: 'here', operator: 'bound', bind, uniforms: () => ({}), grid: () => [1, 1, 1] }],
          inputs: {},
          outputs: {},
        },
        discrete,
        { batch: 1 },
      );
    const ref = { id: 0, layout };
    expect(() => made({})).toThrow(new TypeError('bound(here) binds nothing to x'));
    expect(() => made({ x: ref, w: ref })).toThrow(new TypeError('bound(here) has no binding w'));
    expect(made({ x: ref }).run[0]?.bindings).toEqual([{ index: 0, kind: 'read', buffer: 0 }]);
  });
});

it('a dispatch knows its work: flops and bytes follow the batch', () => {
  const program = compile(denselyConnected([2], 8, 16), discrete, plainKernels);
  const flops = (batch: number) =>
    planProgram(program, discrete, { batch }).run.reduce((sum, step) => sum + step.flops, 0);
  expect(flops(1)).toBeGreaterThan(0);
  expect(flops(6)).toBe(6 * flops(1));
});
