// A budget of memory takes the costly kernels away, least useful first, and no more of them than it must.

import { describe, expect, it } from 'vitest';
import { compile, finish, optimise } from '../../../src/runtime/compile/compile.ts';
import { compileWithin } from '../../../src/runtime/compile/compile_within.ts';
import type { Choose } from '../../../src/runtime/compile/lower.ts';
import { PlanError } from '../../../src/runtime/errors.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import { planProgram } from '../../../src/runtime/plan/plan.ts';
import { printProgram } from '../../../src/runtime/plan/print.ts';
import type { Program } from '../../../src/runtime/plan/program.ts';
import { lavapipe } from '../../support/facts.ts';
import { conv, image } from '../../support/nets.ts';

const root = Scope.root();
// Large maps first: there Winograd saves most for its memory.
const large = conv(root.at('large'), conv(root.at('wide'), image(), 32), 32, { kernel: 3 });
const small = conv(root.at('small'), large, 32, { kernel: 3, stride: 2 });
const y = conv(root.at('last'), small, 32, { kernel: 3 });
const graph = graphOf({ y });

const choose = () => undefined;
const ready = optimise(graph, lavapipe);
const within = (budgetBytes: number, by: Choose = choose) => compileWithin(ready, lavapipe, budgetBytes, by, finish);
const fastest = compile(graph, lavapipe);
const peak = (program: Program) => planProgram(program, lavapipe, { batch: 1 }).peakBytes;
const byWinograd = (program: Program) =>
  program.run.filter(({ kernel }) => kernel.name === 'winograd_input').map(({ layer }) => layer);

describe('compileWithin', () => {
  it('changes nothing where the fastest fits', () => {
    expect(byWinograd(fastest)).toEqual(['large', 'last']);
    const program = within(peak(fastest));
    expect(printProgram(program)).toBe(printProgram(fastest));
  });

  it('gives up one for a budget that is a little short, the one of the small map', () => {
    const program = within(peak(fastest) - 1);
    expect(byWinograd(program)).toEqual(['large']);
    expect(peak(program)).toBeLessThan(peak(fastest));
  });

  it('gives up all where nothing fits, and planning that says what is missing', () => {
    const program = within(1000);
    expect(byWinograd(program)).toEqual([]);
    expect(() => planProgram(program, lavapipe, { batch: 1, budgetBytes: 1000 })).toThrow(PlanError);
  });

  it('keeps to what the tuner has found', () => {
    const program = within(peak(fastest), (_, __, able) => able.find((name) => !name.startsWith('winograd')));
    expect(byWinograd(program)).toEqual([]);
  });
});
