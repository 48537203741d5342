// What is remembered of measured kernels: which calls are alike, who wins, who is never used again.

import { describe, expect, it } from 'vitest';
import { Choices, callClass } from '../../../src/runtime/compile/choices.ts';
import { callsOf } from '../../../src/runtime/compile/choose_kernels.ts';
import { lower } from '../../../src/runtime/compile/lower.ts';
import { graphOf } from '../../../src/runtime/graph/graph.ts';
import { Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { printProgram } from '../../../src/runtime/plan/print.ts';
import { lavapipe } from '../../support/facts.ts';
import { conv, image } from '../../support/nets.ts';

const y = conv(Scope.root().at('conv'), image(), 16, { kernel: 3 });
const graph = graphOf({ y });
const call = callsOf(graph, lavapipe).get(y)!;
const kernelOf = (choices: Choices) =>
  lower(graph, lavapipe, choices.choose).run.find(({ layer }) => layer === 'conv' || layer.startsWith('conv'))?.kernel
    .name;

describe('callClass', () => {
  it('says all that a kernel can tell calls apart by, and no batch size', () => {
    expect(callClass(call)).toMatchInlineSnapshot(
      `"conv2d(x=[n,8,8,8], w=[16,8,3,3]) stride=1,1 padding=1,1,1,1 dilation=1,1 groups=1"`,
    );
  });

  it('marks weights that change', () => {
    const learning = { ...call, changing: new Set(['x', 'w']) };
    expect(callClass(learning)).toBe(callClass(call).replace('w=[16,8,3,3]', 'w=[16,8,3,3]*'));
  });

  it('does not depend on names', () => {
    const other: Value = conv(Scope.root().at('other'), image(), 16, { kernel: 3 });
    expect(callClass(callsOf(graphOf({ other }), lavapipe).get(other)!)).toBe(callClass(call));
  });
});

describe('Choices', () => {
  it('leave what was never measured to the ranking', () => {
    expect(printProgram(lower(graph, lavapipe, new Choices().choose))).toBe(printProgram(lower(graph, lavapipe)));
  });

  it('choose the winner, and the best ranked of the others once it is quarantined', () => {
    const ranked = kernelOf(new Choices());
    const choices = new Choices();
    choices.win(callClass(call), 'conv2d_direct');
    expect(kernelOf(choices)).toBe('conv2d_direct');
    expect(choices.kernels).toEqual(new Set(['conv2d_direct']));
    choices.quarantine('conv2d_direct', 'a reason');
    expect(kernelOf(choices)).toBe(ranked);
    expect(choices.knows(callClass(call))).toBe(false);
  });

  it('ignore a winner that this version has not', () => {
    const choices = new Choices();
    choices.win(callClass(call), 'conv2d_of_old');
    expect(kernelOf(choices)).toBe(kernelOf(new Choices()));
  });

  it('are plain data and come back from it', () => {
    const choices = new Choices();
    choices.win('a', 'one');
    choices.quarantine('two', 'b: wrong');
    const again = new Choices();
    again.add(JSON.parse(JSON.stringify(choices)));
    expect(again.toJSON()).toEqual({ winners: { a: 'one' }, quarantined: { two: 'b: wrong' } });
  });
});
