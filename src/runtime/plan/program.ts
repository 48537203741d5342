// A program: what a graph was lowered to. Kernels, buffers and steps; sizes still follow the batch.

import type { Kernel } from '../../wgsl/kernel.ts';
import type { Layout } from './layout.ts';

/** Memory that a step binds: which buffer, and how the value lies in it. Views and placed parts share a buffer. */
export interface BufferRef {
  readonly id: number;
  readonly layout: Layout;
}

export type BufferRole =
  /** Written by the caller before each run. */
  | 'input'
  /** Copied out after each run. */
  | 'output'
  /** A tensor of the weights file, or rows of one; needed while loading, and later if a run reads it. */
  | 'parameter'
  /** Computed once from parameters. */
  | 'constant'
  /** Lives within a run. */
  | 'activation';

export interface BufferSpec {
  readonly id: number;
  readonly name: string;
  readonly role: BufferRole;
  readonly layout: Layout;
  /** For a parameter: the state_dict entry it holds, and the range of its first dimension where it was split. */
  readonly parameter?: { readonly name: string; readonly from: number; readonly to: number };
}

export type Grid = readonly [number, number, number];

/** One dispatch. Uniforms and grid follow the batch size; the pipeline never does. */
export interface Step {
  readonly kernel: Kernel;
  /** The module path it belongs to. */
  readonly layer: string;
  readonly operator: string;
  /** WGSL variable -> buffer. */
  readonly bind: Readonly<Record<string, BufferRef>>;
  /** WGSL variable bound to texels -> the buffer that is copied into them before the dispatch. */
  readonly copied?: Readonly<Record<string, BufferRef>>;
  uniforms(n: number): Readonly<Record<string, number>>;
  /** Workgroups. */
  grid(n: number): Grid;
  /** Floating-point operations, for profiles and benches. */
  flops?(n: number): number;
}

export interface Program {
  readonly buffers: readonly BufferSpec[];
  /** Run once, when the parameters are there. */
  readonly load: readonly Step[];
  /** Run for every batch. */
  readonly run: readonly Step[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
}

/** Buffers a step writes, copies among them, and those it only reads. */
export function accesses(step: Step): { readonly writes: readonly number[]; readonly reads: readonly number[] } {
  const { copied = {} } = step;
  const writes: number[] = [];
  const reads = Object.values(copied).map(({ id }) => id);
  const filled = new Set(Object.keys(copied).map((name) => step.bind[name]?.id));
  for (const { name, kind } of step.kernel.bindings) {
    const ref = step.bind[name];
    if (ref) (kind === 'write' || kind === 'write_texture' || filled.has(ref.id) ? writes : reads).push(ref.id);
  }
  return { writes, reads };
}

/** What has to be compiled, what packs the weights first: the weights wait for it. */
export function kernelsOf({ load, run }: Program): readonly Kernel[] {
  return [...load, ...run].map(({ kernel }) => kernel);
}
