// The memory plan, by properties over random lifetimes, and how near it comes to the least that is possible.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { PlanError } from '../../../src/runtime/errors.ts';
import {
  align,
  type Lifetime,
  type MemoryPlan,
  type MemoryRules,
  planMemory,
} from '../../../src/runtime/plan/memory.ts';
import { planProgram } from '../../../src/runtime/plan/plan.ts';
import { accesses, type Program } from '../../../src/runtime/plan/program.ts';
import { discrete } from '../../support/facts.ts';
import { bottlenecks, denselyConnected, plainKernels } from '../../support/nets.ts';

interface Case {
  readonly lifetimes: readonly Lifetime[];
  readonly conflicts: readonly (readonly [number, number])[];
  readonly rules: MemoryRules;
}

const cases: fc.Arbitrary<Case> = fc
  .record({
    spans: fc.array(
      fc.record({
        bytes: fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(4, 256, 1024, 4096)),
        first: fc.nat(30),
        length: fc.nat(8),
        exclusive: fc.constantFrom(undefined, undefined, undefined, 'a', 'b'),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    pairs: fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 40 }),
    guardBytes: fc.constantFrom(0, 64, 256),
    alignment: fc.constantFrom(256, 512),
    maxArenaBytes: fc.constantFrom(8192, 2 ** 20),
  })
  .map(({ spans, pairs, ...rules }) => ({
    lifetimes: spans.map(({ bytes, first, length, exclusive }, i) => ({
      // Ids with gaps, as a program's buffers are not all activations.
      id: 3 * i + 1,
      name: `v${i}`,
      bytes,
      first,
      last: first + length,
      ...(exclusive !== undefined && { exclusive }),
    })),
    conflicts: pairs
      .map(([a, b]) => [3 * (a % spans.length) + 1, 3 * (b % spans.length) + 1] as const)
      .filter(([a, b]) => a !== b),
    rules,
  }));

const property = (check: (plan: MemoryPlan, input: Case) => void) =>
  fc.assert(
    fc.property(cases, (input) => check(planMemory(input.lifetimes, input.conflicts, input.rules), input)),
    { numRuns: 300, seed: 1 },
  );

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Whether two buffers share bytes, guards included. */
function overlap({ places }: MemoryPlan, a: Lifetime, b: Lifetime, guard: number): boolean {
  const [left, right] = [places.get(a.id)!, places.get(b.id)!];
  if (left.arena !== right.arena) return false;
  return left.offset < right.offset + b.bytes + guard && right.offset < left.offset + a.bytes + guard;
}

describe('planMemory', () => {
  it('never lays two buffers that live at one step over each other', () => {
    property((plan, { lifetimes, rules }) => {
      for (const [a, b] of pairs(lifetimes))
        if (a.first <= b.last && b.first <= a.last) expect(overlap(plan, a, b, rules.guardBytes)).toBe(false);
    });
  });

  it('keeps buffers in conflict in different arenas', () => {
    property((plan, { conflicts }) => {
      for (const [a, b] of conflicts) expect(plan.places.get(a)?.arena).not.toBe(plan.places.get(b)?.arena);
    });
  });

  it('lets an exclusive buffer share its bytes with its key alone, and then its place exactly', () => {
    property((plan, { lifetimes, rules }) => {
      for (const [a, b] of pairs(lifetimes)) {
        if (a.exclusive === undefined && b.exclusive === undefined) continue;
        if (!overlap(plan, a, b, rules.guardBytes)) continue;
        expect(a.exclusive).toBe(b.exclusive);
        expect(plan.places.get(a.id)).toEqual(plan.places.get(b.id));
      }
    });
  });

  it('places every buffer at an aligned offset within an arena that no adapter refuses', () => {
    property(({ places, arenas }, { lifetimes, rules }) => {
      expect(places.size).toBe(lifetimes.length);
      for (const { id, bytes } of lifetimes) {
        const { arena, offset } = places.get(id)!;
        expect(offset % rules.alignment).toBe(0);
        expect(offset + bytes + rules.guardBytes).toBeLessThanOrEqual(arenas[arena]!);
      }
      expect(Math.max(...arenas)).toBeLessThanOrEqual(rules.maxArenaBytes);
    });
  });

  it('makes the same plan again, in whatever order the buffers are listed', () => {
    property((plan, { lifetimes, conflicts, rules }) => {
      const again = planMemory(lifetimes.toReversed(), conflicts.toReversed(), rules);
      expect(again.arenas).toEqual(plan.arenas);
      for (const { id } of lifetimes) expect(again.places.get(id)).toEqual(plan.places.get(id));
    });
  });

  it('takes no less than what lives at once and no more than a place for each', () => {
    property(({ arenas }, { lifetimes, rules }) => {
      const sizes = lifetimes.map(({ bytes }) => align(bytes + rules.guardBytes, rules.alignment));
      const steps = lifetimes.map(({ first }) => first);
      const live = steps.map((at) =>
        sum(lifetimes.map(({ first, last }, i) => (first <= at && at <= last ? sizes[i]! : 0))),
      );
      expect(sum(arenas)).toBeGreaterThanOrEqual(Math.max(...live));
      expect(sum(arenas)).toBeLessThanOrEqual(sum(sizes));
    });
  });

  it('names a buffer that no arena can hold', () => {
    const rules = { alignment: 256, maxArenaBytes: 1024, guardBytes: 64 };
    const layer = { id: 0, name: 'layer1.0.conv1', bytes: 1000, first: 0, last: 1 };
    expect(() => planMemory([layer], [], rules)).toThrow(
      new PlanError('over_limit', "layer1.0.conv1 takes 1280 bytes, the adapter's buffers have 1024 at most"),
    );
    expect(planMemory([{ ...layer, bytes: 960 }], [], rules).arenas).toEqual([1024]);
    expect(planMemory([], [], rules)).toEqual({ places: new Map(), arenas: [] });
  });
});

describe('whole networks', () => {
  /** The most bytes that live at one step: no plan can be smaller. */
  function largestLiveSet(program: Program, bytes: (id: number) => number): number {
    const spans = new Map<number, [number, number]>();
    for (const [at, step] of program.run.entries()) {
      const { reads, writes } = accesses(step);
      for (const id of [...reads, ...writes])
        if (program.buffers[id]!.role === 'activation') spans.set(id, [spans.get(id)?.[0] ?? at, at]);
    }
    const live = program.run.map((_, at) =>
      sum([...spans].map(([id, [first, last]]) => (first <= at && at <= last ? bytes(id) : 0))),
    );
    return Math.max(...live);
  }

  const networks = { bottlenecks: bottlenecks([3, 4, 6, 3]), denselyConnected: denselyConnected([6, 12, 24, 16]) };

  it.each(Object.entries(networks))('%s come near the largest live set', (_, graph) => {
    const program = compile(graph, discrete, plainKernels);
    const plan = planProgram(program, discrete, { batch: 4 });
    const least = largestLiveSet(program, (id) => align(plan.buffers[id]!.bytes, 256));
    expect(sum(plan.arenas)).toBeGreaterThanOrEqual(least);
    // Three arenas are needed where a step reads two buffers and a reader of one of them is read beside the other.
    expect(sum(plan.arenas)).toBeLessThanOrEqual(1.1 * least);
    expect(plan.arenas.length).toBeLessThanOrEqual(3);
  });

  it('are few for a network of 800 steps too', () => {
    const program = compile(denselyConnected([6, 12, 96, 64], 8, 64), discrete, plainKernels);
    expect(program.load.length + program.run.length).toBeGreaterThan(700);
    expect(planProgram(program, discrete, { batch: 8 }).arenas.length).toBeLessThanOrEqual(4);
  });
});
