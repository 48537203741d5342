// The building blocks of every family in train mode, forward and backward, beside torch's: tighter than whole nets allow.

import { describe, expect, it } from 'vitest';
import { blocks } from '../support/blocks.ts';
import { type BlockRun, runBlock } from '../support/run_block.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

type Digest = { readonly shape: readonly number[] } & (
  | { readonly data: readonly number[] }
  | { readonly sum: number; readonly l2: number; readonly absMax: number; readonly first: readonly number[] }
);

interface OracleBlock {
  readonly block: string;
  readonly input: readonly [number, number, number, number];
  readonly err32: { readonly y: number; readonly dx: number };
  readonly y: Digest;
  readonly dx: Digest;
  readonly params: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly gradL2: number;
    readonly gradFirst: readonly number[];
    readonly err32: number;
    /** Zero but for rounding, such as the gradient of a bias in front of a batch norm. */
    readonly gradIsZero?: boolean;
  }[];
  readonly buffersAfter: readonly { readonly name: string; readonly first: readonly number[]; readonly l2: number }[];
}

/** The oracle's yardstick: ten times torch's own error in float32, and never below 1e-6. Relative. */
const allowed = (err32 = 0) => Math.max(10 * err32, 1e-6);

describe('in train mode, with gradients, as torch does', () => {
  it.for(Object.keys(blocks))('%s', async (name, context) => {
    const oracle = await sharedJson<OracleBlock>(`oracle/data/blocks/${name}.json`);
    if (!oracle) return context.skip(SHARED_MISSING);
    const run = await runBlock(name, oracle.input);
    expect(differences(run, oracle)).toEqual([]);
    expect(run.strayWrites).toBe(0);
  });
});

type Near = (what: string, is: number, was: number, within: number) => void;

function differences(run: BlockRun, oracle: OracleBlock): string[] {
  const found: string[] = [];
  const near: Near = (what, is, was, within) => {
    if (!(Math.abs(is - was) <= within)) found.push(`${what} is ${is}, torch has ${was} within ${within}`);
  };
  compareImage('y', run.y, oracle.y, allowed(oracle.err32.y), near);
  compareImage('dx', run.dx, oracle.dx, allowed(oracle.err32.dx), near);
  expect(new Set(Object.keys(run.gradients))).toEqual(new Set(oracle.params.map(({ name }) => name)));
  compareGradients(run, oracle, near);
  expect(new Set(Object.keys(run.statistics))).toEqual(new Set(oracle.buffersAfter.map(({ name }) => name)));
  for (const { name, first, l2 } of oracle.buffersAfter) {
    const is = run.statistics[name]!;
    const within = allowed() * largestOf(is);
    for (const [i, was] of first.entries()) near(`${name}[${i}]`, is[i]!, was, within);
    near(`${name}'s norm`, norm(is), l2, within * Math.sqrt(is.length));
  }
  return found;
}

/** Errors are measured by the largest magnitude. A norm moves by no more than all elements do, a sum by no more than their sum. */
function compareImage(what: string, is: Float32Array, was: Digest, relative: number, near: Near): void {
  expect(is.length, what).toBe(was.shape.reduce((a, b) => a * b, 1));
  const first = 'data' in was ? was.data : was.first;
  const within = relative * ('data' in was ? largestOf(first) : was.absMax);
  for (const [i, value] of first.entries()) near(`${what}[${i}]`, is[i]!, value, within);
  if ('data' in was) return;
  near(`${what}'s largest`, largestOf(is), was.absMax, within);
  near(`${what}'s norm`, norm(is), was.l2, within * Math.sqrt(is.length));
  near(`${what}'s sum`, sum(is), was.sum, within * is.length);
}

/** Errors of gradients are measured by the norm. What is zero is measured by the largest of all. */
function compareGradients({ gradients }: BlockRun, { params }: OracleBlock, near: Near): void {
  const largest = Math.max(...params.map(({ gradL2 }) => gradL2));
  for (const { name, shape, gradL2, gradFirst, err32, gradIsZero } of params) {
    const is = gradients[name]!;
    expect(is.length, name).toBe(shape.reduce((a, b) => a * b, 1));
    if (gradIsZero) {
      near(`the norm of ${name}'s gradient`, norm(is), 0, allowed() * largest);
      continue;
    }
    const within = allowed(err32) * gradL2;
    near(`the norm of ${name}'s gradient`, norm(is), gradL2, within);
    const off = gradFirst.map((was, i) => is[i]! - was);
    near(`how far the first of ${name}'s gradient are off`, norm(off), 0, within);
  }
}

const sum = (data: ArrayLike<number> & Iterable<number>): number => [...data].reduce((total, v) => total + v, 0);
const norm = (data: Iterable<number>): number => Math.sqrt([...data].reduce((total, v) => total + v * v, 0));
const largestOf = (data: Iterable<number>): number => [...data].reduce((most, v) => Math.max(most, Math.abs(v)), 0);
