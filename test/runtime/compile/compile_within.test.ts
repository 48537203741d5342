// A budget of memory takes the costly kernels away, least useful first, and no more of them than it must.

import { describe, expect, it } from 'vitest';
import type { Choose } from '../../../src/runtime/compile/choose_kernels.ts';
import { compile, finish, optimise } from '../../../src/runtime/compile/compile.ts';
import { compileWithin } from '../../../src/runtime/compile/compile_within.ts';
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
const large = conv(root.at('large'), conv(root.at('wide'), image(32), 128), 128, { kernel: 3 });
const small = conv(root.at('small'), large, 128, { kernel: 3, stride: 2 });
const y = conv(root.at('last'), small, 128, { kernel: 3 });
const graph = graphOf({ y });

const ready = optimise(graph, lavapipe);
const ranked: Choose = () => undefined;
const fastest = compile(graph, lavapipe);
const peak = (program: Program) => planProgram(program, lavapipe, { batch: 1 }).peakBytes;

/** The program for a budget, and the kernels of the two layers that have a choice. */
function within(budgetBytes: number, choose = ranked) {
  const chosen = new Map<string, string | undefined>();
  const program = compileWithin(ready, lavapipe, budgetBytes, choose, (ready, facts, choose) =>
    finish(ready, facts, (value, call, able) => {
      const name = choose?.(value, call, able) ?? able[0];
      chosen.set(value.name, name);
      return name;
    }),
  );
  return { program, large: chosen.get('large'), last: chosen.get('last') };
}

describe('compileWithin', () => {
  it('changes nothing where the fastest fits', () => {
    const { program, large, last } = within(peak(fastest));
    expect({ large, last }).toEqual({ large: 'winograd', last: 'winograd' });
    expect(printProgram(program)).toBe(printProgram(fastest));
  });

  it('gives up what is least useful first, step by step', () => {
    const seen: string[] = [];
    for (let budget = peak(fastest); ; ) {
      const { program, large, last } = within(budget);
      seen.push(`${large}, ${last}`);
      if (peak(program) > budget) break;
      budget = peak(program) - 1;
    }
    expect(seen).toEqual([
      'winograd, winograd',
      'winograd, conv2d_texels',
      'conv2d_texels, conv2d_texels',
      'conv2d_broadcast, conv2d_texels',
      'conv2d_broadcast, conv2d_broadcast',
      'conv2d_broadcast, conv2d_broadcast',
    ]);
  });

  it('gives up all where nothing fits, and planning that says what is missing', () => {
    const { program, large, last } = within(1000);
    expect({ large, last }).toEqual({ large: 'conv2d_broadcast', last: 'conv2d_broadcast' });
    expect(() => planProgram(program, lavapipe, { batch: 1, budgetBytes: 1000 })).toThrow(PlanError);
  });

  it('keeps to what the tuner has found', () => {
    const tuned: Choose = (_, __, able) => able.find((name) => !name.startsWith('winograd'));
    expect(within(peak(fastest), tuned)).toMatchObject({ large: 'conv2d_texels', last: 'conv2d_texels' });
  });
});
