// Which parts of concatenations are written in place, and that no step ever reads and writes one buffer.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Choose, channelBlock } from '../../../src/runtime/compile/choose_kernels.ts';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { hoist } from '../../../src/runtime/compile/hoist.ts';
import { lower } from '../../../src/runtime/compile/lower.ts';
import { placeConcat } from '../../../src/runtime/compile/place_concat.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { planProgram } from '../../../src/runtime/plan/plan.ts';
import { printProgram } from '../../../src/runtime/plan/print.ts';
import { accesses, type Program } from '../../../src/runtime/plan/program.ts';
import { relu } from '../../../src/wgsl/activation/activation.ts';
import { dropout } from '../../../src/wgsl/dropout/dropout.ts';
import { add } from '../../../src/wgsl/elementwise/elementwise.ts';
import { flatten } from '../../../src/wgsl/flatten/flatten.ts';
import { slice } from '../../../src/wgsl/slice/slice.ts';
import { allFacts, discrete, lavapipe } from '../../support/facts.ts';
import { cat, channels, conv, image, plainKernels } from '../../support/nets.ts';

/** `placed` of every concat, by name. */
function placedIn(outputs: Record<string, Value>, block = 4): Record<string, unknown> {
  const concats = placeConcat(graphOf(outputs), block).values.filter(({ operator }) => operator?.name === 'concat');
  return Object.fromEntries(concats.map(({ name, attributes }) => [name, attributes.placed]));
}

function makers() {
  const root = Scope.root();
  const x = image();
  let made = 0;
  const layer = (from: Value, filters: number) => conv(root.at(`conv${made++}`), from, filters);
  return { x, layer };
}

const act = (x: Value) => relu.of({ x }, {}, 'act');

describe('placeConcat', () => {
  it('places parts that begin and end at whole vectors', () => {
    const { x, layer } = makers();
    const y = act(cat('cat', layer(x, 8), layer(x, 6), layer(x, 2), layer(x, 8)));
    expect(placedIn({ y })).toEqual({ cat: [true, false, false, true] });
    expect(placedIn({ y }, 8)).toEqual({ cat: [true, false, false, true] });
    const four = act(cat('cat', layer(x, 4), layer(x, 12), layer(x, 8)));
    expect(placedIn({ y: four }, 4)).toEqual({ cat: [true, true, true] });
    expect(placedIn({ y: four }, 8)).toEqual({ cat: [false, false, true] });
  });

  it('copies a value that is concatenated twice, here or in two places', () => {
    const { x, layer } = makers();
    const a = layer(x, 8);
    expect(placedIn({ y: act(cat('cat', a, a)) })).toEqual({ cat: [false, false] });
    const inner = cat('inner', a, layer(x, 8));
    expect(placedIn({ y: cat('outer', a, act(inner)) })).toEqual({ outer: [false, true], inner: [false, true] });
  });

  it('copies inputs, outputs and views, and places concatenations with what lies in them', () => {
    const { x, layer } = makers();
    const a = layer(x, 8);
    const inner = cat('inner', layer(x, 8), layer(x, 8));
    expect(placedIn({ a, y: cat('cat', x, a, inner, act(x)) })).toEqual({
      inner: [true, true],
      cat: [false, false, true, true],
    });
    expect(placedIn({ inner, y: cat('cat', inner, act(x)) })).toEqual({ inner: [true, true], cat: [false, true] });
    expect(placedIn({ y: add.of({ a: cat('a', inner, act(x)), b: cat('b', inner, act(x)) }, {}, 'sum') })).toEqual({
      inner: [true, true],
      a: [false, true],
      b: [false, true],
    });
    const one = layer(image(1), 8);
    const flat = flatten.of({ x: one }, {}, 'flatten');
    expect(placedIn({ y: cat('cat', flat, act(flat)) })).toEqual({ cat: [false, true] });
  });

  it('places only the first of two parts of which one is computed from the other', () => {
    const { x, layer } = makers();
    const a = layer(x, 8);
    const b = layer(a, 8);
    expect(placedIn({ y: act(cat('cat', a, b)) })).toEqual({ cat: [true, false] });
    expect(placedIn({ y: act(cat('cat', b, a)) })).toEqual({ cat: [true, false] });
    expect(placedIn({ y: act(cat('cat', add.of({ a: x, b: a }, {}, 'sum'), a)) })).toEqual({ cat: [true, false] });
  });

  it('places both where something else lies between', () => {
    const { x, layer } = makers();
    const a = layer(x, 8);
    expect(placedIn({ y: act(cat('cat', a, layer(act(a), 8))) })).toEqual({ cat: [true, true] });
  });

  it('copies what is computed from anything that lies in a placed concatenation, and a concatenation that is', () => {
    const { x, layer } = makers();
    const a = layer(x, 8);
    const inner = cat('inner', a, layer(x, 8));
    const places = { inner: [true, true], cat: [true, false] };
    expect(placedIn({ y: act(cat('cat', inner, layer(inner, 8))) })).toEqual(places);
    expect(placedIn({ y: act(cat('cat', inner, layer(a, 8))) })).toEqual(places);
    const before = layer(a, 8);
    expect(placedIn({ y: act(cat('cat', before, cat('inner', a, layer(x, 8)))) })).toEqual(places);
    // The inner one copies its view, whose source must therefore lie elsewhere.
    const through = cat('inner', dropout.of({ x: a }, {}, 'drop'), layer(x, 8));
    expect(placedIn({ y: act(cat('cat', a, through)) })).toEqual({ inner: [false, true], cat: [true, false] });
  });

  it('looks through views for the memory that is read', () => {
    const { x, layer } = makers();
    const a = layer(x, 16);
    const through = dropout.of({ x: slice.of({ x: a }, { from: 0, to: 8 }, 'slice') }, {}, 'drop');
    expect(placedIn({ y: act(cat('cat', a, layer(through, 8))) })).toEqual({ cat: [true, false] });
    expect(placedIn({ y: act(cat('cat', layer(through, 8), a)) })).toEqual({ cat: [true, false] });
    // The view is copied from its source, which must therefore lie elsewhere.
    expect(placedIn({ y: act(cat('cat', a, through, layer(x, 8))) })).toEqual({ cat: [false, false, true] });
    expect(placedIn({ y: act(cat('cat', through, a)) })).toEqual({ cat: [false, false] });
  });
});

it('parts are written into one buffer and only the others copied', () => {
  const { x, layer } = makers();
  const program = compile(graphOf({ y: layer(cat('cat', layer(x, 8), x, layer(x, 16)), 8) }), discrete, plainKernels);
  expect(printProgram(program)).toMatchInlineSnapshot(`
    "run rows_to_image(image) x=#0 -> y=#1
    run conv2d_direct(conv0) x=#1 w=#3 -> y=#2[0:8]
    run conv2d_direct(conv1) x=#1 w=#4 -> y=#2[16:32]
    run concat(cat) x=#1 -> y=#2
    run conv2d_direct(conv2) x=#2 w=#6 -> y=#5
    run image_to_rows(y) x=#5 -> y=#7"
  `);
});

it('the layers of a densely connected block write into one buffer, and nothing is copied', () => {
  const { x, layer } = makers();
  const features = [act(x)];
  for (let i = 0; i < 3; i++) features.push(layer(layer(i === 0 ? features[0]! : cat(`in${i}`, ...features), 16), 8));
  const program = compile(graphOf({ y: layer(cat('block', ...features), 8) }), discrete, plainKernels);
  expect(printProgram(program)).toMatchInlineSnapshot(`
    "run rows_to_image(image) x=#0 -> y=#1
    run activation(act) x=#1 -> y=#2[0:8]
    run conv2d_direct(conv0) x=#2[0:8] w=#4 -> y=#3
    run conv2d_direct(conv1) x=#3 w=#5 -> y=#2[8:16]
    run conv2d_direct(conv2) x=#2[0:16] w=#7 -> y=#6
    run conv2d_direct(conv3) x=#6 w=#8 -> y=#2[16:24]
    run conv2d_direct(conv4) x=#2[0:24] w=#10 -> y=#9
    run conv2d_direct(conv5) x=#9 w=#11 -> y=#2[24:32]
    run conv2d_direct(conv6) x=#2 w=#13 -> y=#12
    run image_to_rows(y) x=#12 -> y=#14"
  `);
});

/** Halos of the images that a graph's convolutions read, as the kernels see them. */
function halosRead(outputs: Record<string, Value>) {
  const haloed: Choose = ({ operator }) => (operator?.name === 'conv2d' ? 'conv2d_broadcast' : undefined);
  const { run } = lower(placeConcat(graphOf(outputs), channelBlock(lavapipe)), lavapipe, haloed);
  return run.flatMap(({ operator, bind }) =>
    operator === 'conv2d' && bind.x?.layout.kind === 'image' ? [bind.x.layout.halo] : [],
  );
}

const ring = { top: 1, left: 1, bottom: 1, right: 1 };

it('a concatenation has the halo that readers of its parts ask for', () => {
  const root = Scope.root();
  const a = act(image());
  const inside = conv(root.at('b'), a, 8, { kernel: 3 });
  expect(halosRead({ y: inside })).toEqual([ring]);
  expect(halosRead({ y: act(cat('cat', a, act(inside))) })).toEqual([ring]);
  expect(halosRead({ y: act(cat('outer', cat('cat', a, act(inside)), act(act(inside)))) })).toEqual([ring]);
});

it('a view has the halo that its readers ask for, and its source with it', () => {
  const x = act(image());
  const through = [dropout.of({ x }, {}, 'drop'), slice.of({ x }, { from: 0, to: 8 }, 'slice')];
  for (const view of [...through, dropout.of({ x: through[1] }, {}, 'both')])
    expect(halosRead({ y: conv(Scope.root(), view, 8, { kernel: 3 }) })).toEqual([ring]);
  const place = conv(Scope.root().at('place'), x, 16);
  const part = slice.of({ x: cat('cat', place, act(x)) }, { from: 8, to: 24 }, 'slice');
  expect(halosRead({ y: conv(Scope.root(), part, 8, { kernel: 3 }) }).at(-1)).toEqual(ring);
});

interface Choice {
  readonly what: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly width: number;
}

/** A random graph of concats, convolutions, sums and views over each other. */
function randomGraph(choices: readonly Choice[], open: boolean) {
  const { x, layer } = makers();
  const values: Value[] = [x];
  for (const [i, { what, a, b, c, width }] of choices.entries()) {
    const pick = (n: number): Value => values[n % values.length]!;
    const name = `v${i}`;
    const from = pick(a);
    const other = values.find((value, at) => at >= b % values.length && channels(value) === channels(from)) ?? from;
    if (what < 3) values.push(layer(from, width));
    else if (what < 4) values.push(cat(name, from, pick(b)));
    else if (what < 5)
      values.push(cat(name, ...(from.operator?.name === 'concat' ? Object.values(from.inputs) : [from]), pick(b)));
    else if (what < 7) values.push(cat(name, from, pick(b), pick(c)));
    else if (what < 8) values.push(relu.of({ x: from }, {}, name));
    else if (what < 9) values.push(add.of({ a: from, b: other }, {}, name));
    else if (what < 10) values.push(dropout.of({ x: from }, {}, name));
    else values.push(slice.of({ x: from }, { from: 0, to: Math.min(8, channels(from)) }, name));
    if (channels(values.at(-1)!) > 256) values.pop();
  }
  return graphOf(open ? { y: values.at(-1)!, z: values[values.length >> 1]! } : { y: values.at(-1)! });
}

function expectApart(program: Program, facts: (typeof allFacts)[keyof typeof allFacts]) {
  const plan = planProgram(program, facts, { batch: 2, guardBytes: 64 });
  const memory = (id: number) => plan.buffers[id]!.arena ?? `own ${id}`;
  for (const step of [...program.load, ...program.run]) {
    // What is copied for a step is no longer read when it writes.
    const { reads, writes } = accesses({ ...step, copied: {} });
    const made = Object.keys(step.copied ?? {}).map((name) => step.bind[name]!.id);
    expect(Object.values(step.copied ?? {}).filter(({ id }) => made.includes(id))).toEqual([]);
    const clash = writes.filter((id) => reads.includes(id));
    expect(clash, `${step.kernel.name}(${step.layer}) reads what it writes`).toEqual([]);
    const arenas = new Set(reads.map(memory));
    expect(
      writes.filter((id) => arenas.has(memory(id))),
      `${step.layer} writes an arena it reads`,
    ).toEqual([]);
  }
}

it('no step reads and writes one buffer or one arena, whatever is concatenated', () => {
  const choice = fc.record({
    what: fc.nat(10),
    a: fc.nat(30),
    b: fc.nat(30),
    c: fc.nat(30),
    width: fc.constantFrom(4, 8, 8, 16, 6),
  });
  const facts = fc.constantFrom(...Object.values(allFacts));
  fc.assert(
    fc.property(fc.array(choice, { minLength: 2, maxLength: 14 }), fc.boolean(), facts, (choices, open, adapter) => {
      const graph = randomGraph(choices, open);
      expectApart(compile(graph, adapter), adapter);
      // Without the passes before it, which take dropouts out: views reach place_concat then.
      expectApart(hoist(lower(placeConcat(graph, channelBlock(adapter)), adapter)), adapter);
    }),
    { numRuns: 150, seed: 1 },
  );
});
