// A plan: what a program does for one batch size, as plain data. Its memory is known before any of it is allocated.

import type { BindingKind, Kernel } from '../../wgsl/kernel.ts';
import { PlanError, UsageError } from '../errors.ts';
import type { AdapterFacts } from './facts.ts';
import { hasHalo, layoutBytes, TEXEL_ROW_BYTES, textureSize } from './layout.ts';
import { type Lifetime, planMemory } from './memory.ts';
import { accesses, type BufferSpec, type Grid, type Program, type Step } from './program.ts';
import { placeTexels } from './texels.ts';
import { packUniforms } from './uniforms.ts';

/** Width and height in texels, and what a texel is. */
export type PlannedTexture = readonly [number, number, 'rgba16float' | 'rgba32float'];

/** Memory of its own, a part of an arena, or one of the textures that copies share. */
export interface PlannedBuffer {
  readonly id: number;
  readonly name: string;
  readonly role: BufferSpec['role'];
  readonly bytes: number;
  readonly arena: number | null;
  readonly offset: number;
  /** Where it is a texture; of texels as much as they fill. */
  readonly texture?: PlannedTexture;
  /** For texels: which of the plan's. */
  readonly shared?: number;
}

export interface PlannedBinding {
  readonly index: number;
  readonly kind: BindingKind;
  readonly buffer: number;
}

/** From an arena into texels, by whole rows: behind the last one of an arena there is room for what is copied too much. */
export interface PlannedCopy {
  readonly arena: number;
  readonly offset: number;
  readonly bytesPerRow: number;
  readonly rows: number;
  /** Which of the plan's. */
  readonly texels: number;
}

export interface Dispatch {
  readonly kernel: Kernel;
  readonly layer: string;
  readonly operator: string;
  readonly bindings: readonly PlannedBinding[];
  /** What is done before it. */
  readonly copies: readonly PlannedCopy[];
  /** Offset of the uniforms within the plan's uniform block, in bytes. */
  readonly uniforms: number;
  readonly grid: Grid;
  readonly flops: number;
  /** Bytes bound for reading and writing. */
  readonly bytes: number;
}

export interface Plan {
  readonly batch: number;
  readonly buffers: readonly PlannedBuffer[];
  readonly arenas: readonly number[];
  readonly texels: readonly PlannedTexture[];
  readonly load: readonly Dispatch[];
  readonly run: readonly Dispatch[];
  /** The uniforms of all dispatches, as the words of one buffer. */
  readonly uniformWords: readonly number[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
  /** Bytes of GPU memory while batches run: constants, arenas, texels, inputs, outputs, what these are copied through, uniforms. */
  readonly peakBytes: number;
}

export interface PlanOptions {
  readonly batch: number;
  /** Fail with PlanError rather than use more than this. */
  readonly budgetBytes?: number | undefined;
  /** Bytes kept free behind every activation, for tests. */
  readonly guardBytes?: number;
}

/**
 * Plans a program for a batch of `batch` images. Throws PlanError: 'over_budget' when the peak passes the budget,
 * 'over_limit' when a buffer or grid passes what the adapter allows; both say which and how large a batch would fit.
 * Throws UsageError 'invalid_argument' for a batch or budget that is none.
 */
export function planProgram(program: Program, facts: AdapterFacts, options: PlanOptions): Plan {
  const { budgetBytes, batch } = options;
  if (!Number.isSafeInteger(batch) || batch < 1)
    throw new UsageError('invalid_argument', `the batch size must be a positive integer and is ${batch}`);
  if (budgetBytes !== undefined && !(budgetBytes > 0))
    throw new UsageError(
      'invalid_argument',
      `the memory budget must be a positive number of bytes and is ${budgetBytes}`,
    );
  const plan = attempt(program, facts, options);
  if (budgetBytes !== undefined && plan.peakBytes > budgetBytes) {
    const fits = largestBatch(program, facts, options, batch - 1);
    throw new PlanError(
      'over_budget',
      `a batch of ${batch} needs ${plan.peakBytes} bytes of GPU memory, the budget is ${budgetBytes}; ${fits}`,
    );
  }
  return plan;
}

/** The largest batch, up to `most`, whose every buffer is within the adapter's limits; 0 if not even one image is. */
export function batchWithinLimits(program: Program, facts: AdapterFacts, most: number): number {
  return largest(most, (batch) => problems(program, facts, batch).next().done === true);
}

/** The largest number up to `most` that `fits`, where all below one that fits do too; 0 if none does. */
function largest(most: number, fits: (batch: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function largestBatch(program: Program, facts: AdapterFacts, options: PlanOptions, most: number): string {
  const budget = options.budgetBytes ?? 0;
  return wouldFit(largest(most, (batch) => attempt(program, facts, { ...options, batch }).peakBytes <= budget));
}

function wouldFit(batch: number): string {
  return batch > 0 ? `a batch of ${batch} would fit` : 'not even one image would fit';
}

function bindingLimit({ limits }: AdapterFacts): number {
  return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

function attempt(program: Program, facts: AdapterFacts, { batch, guardBytes = 0 }: PlanOptions): Plan {
  checkLimits(program, facts, batch);
  const texels = placeTexels(program, batch);
  const room = texels.bytes > 0 ? TEXEL_ROW_BYTES : 0;
  const { places, arenas: filled } = placeActivations(program, facts, batch, guardBytes, room);
  const arenas = filled.map((bytes) => bytes + room);
  const buffers = program.buffers.map(({ id, name, role, layout }): PlannedBuffer => {
    const place = places.get(id);
    const shared = texels.places.get(id);
    return {
      id,
      name,
      role,
      bytes: layoutBytes(layout, batch),
      arena: place?.arena ?? null,
      offset: place?.offset ?? 0,
      ...((layout.kind === 'texture' || layout.kind === 'texels') && {
        texture: [...textureSize(layout, batch), layout.half ? 'rgba16float' : 'rgba32float'] as const,
      }),
      ...(shared !== undefined && { shared }),
    };
  });
  const words: number[] = [];
  const load = program.load.map((step) => dispatch(step, batch, buffers, facts, words));
  const run = program.run.map((step) => dispatch(step, batch, buffers, facts, words));
  const kept = keptBuffers(program);
  const sum = (bytes: readonly number[]) => bytes.reduce((total, size) => total + size, 0);
  const own = buffers.filter(({ id, arena, shared }) => arena === null && shared === undefined && kept.has(id));
  // Where a CPU plays the GPU inputs are written at once.
  const copied = buffers.filter(({ role }) => role === 'output' || (role === 'input' && !facts.fallback));
  return {
    batch,
    buffers,
    arenas,
    texels: texels.textures,
    load,
    run,
    uniformWords: words,
    inputs: program.inputs,
    outputs: program.outputs,
    peakBytes: sum([...own, ...copied].map(({ bytes }) => bytes)) + sum(arenas) + texels.bytes + 4 * words.length,
  };
}

/** Buffers a run touches; other parameters and constants are gone once the load steps are done. */
export function keptBuffers(program: Program): ReadonlySet<number> {
  const touched = ({ bind, copied = {} }: Step) => [...Object.values(bind), ...Object.values(copied)];
  return new Set(program.run.flatMap((step) => touched(step).map(({ id }) => id)));
}

function checkLimits(program: Program, facts: AdapterFacts, batch: number): void {
  for (const problem of problems(program, facts, batch)) {
    const fits = wouldFit(batchWithinLimits(program, facts, batch - 1));
    throw new PlanError('over_limit', `${problem}; ${fits}`);
  }
}

/** What passes the adapter's limits at this batch size: the one place where sizes and grids are checked. */
function* problems(program: Program, facts: AdapterFacts, batch: number): Generator<string> {
  const limit = bindingLimit(facts);
  const side = facts.limits.maxTextureDimension2D;
  for (const { name, layout } of program.buffers) {
    if (layout.kind === 'texture' || layout.kind === 'texels') {
      const size = textureSize(layout, batch);
      if (Math.max(...size) > side) yield `${name}: a texture of ${size.join('x')} is over the adapter's ${side}`;
    } else {
      const bytes = layoutBytes(layout, batch);
      if (bytes > limit)
        yield `${name} takes ${bytes} bytes for a batch of ${batch}, the adapter binds ${limit} at once`;
    }
  }
  const most = facts.limits.maxComputeWorkgroupsPerDimension;
  for (const { layer, kernel, grid } of [...program.load, ...program.run])
    for (const size of grid(batch)) {
      if (!Number.isInteger(size) || size < 1)
        throw new TypeError(`${kernel.name}(${layer}): a grid of ${grid(batch).join('x')} workgroups`);
      if (size > most)
        yield `${kernel.name}(${layer}): ${size} workgroups for a batch of ${batch}, the adapter allows ${most}`;
    }
}

function placeActivations(program: Program, facts: AdapterFacts, batch: number, guardBytes: number, room: number) {
  const spans = new Map<number, { first: number; last: number }>();
  const conflicts: [number, number][] = [];
  for (const [index, step] of program.run.entries()) {
    const { reads, writes } = accesses({ ...step, copied: {} });
    const use = (id: number, time: number) => {
      const span = spans.get(id);
      if (span) span.last = time;
      else spans.set(id, { first: time, last: time });
    };
    // What is copied for a dispatch is copied before: the dispatch may write where that lay.
    for (const { id } of Object.values(step.copied ?? {})) use(id, 2 * index);
    for (const id of [...writes, ...reads]) use(id, 2 * index + 1);
    for (const a of writes) for (const b of [...reads, ...writes]) if (a !== b) conflicts.push([a, b]);
  }
  const lifetimes = program.buffers.flatMap(({ id, name, role, layout }): Lifetime[] => {
    const span = spans.get(id);
    // A texture is no part of a buffer: one that is packed anew in every run has memory of its own.
    if (role !== 'activation' || layout.kind === 'texture' || layout.kind === 'texels' || !span) return [];
    const exclusive = layout.kind === 'image' && hasHalo(layout) ? JSON.stringify(layout) : undefined;
    return [{ id, name, bytes: layoutBytes(layout, batch), ...span, ...(exclusive !== undefined && { exclusive }) }];
  });
  return planMemory(lifetimes, conflicts, {
    alignment: Math.max(256, facts.limits.minStorageBufferOffsetAlignment),
    maxArenaBytes: facts.limits.maxBufferSize - room,
    guardBytes,
  });
}

function dispatch(
  step: Step,
  batch: number,
  buffers: readonly PlannedBuffer[],
  facts: AdapterFacts,
  words: number[],
): Dispatch {
  const { kernel, layer, operator, bind, copied = {} } = step;
  const bindings = kernel.bindings.flatMap(({ index, name, kind }): PlannedBinding[] => {
    if (kind === 'uniform') return [];
    const ref = bind[name];
    if (!ref) throw new TypeError(`${kernel.name}(${layer}) binds nothing to ${name}`);
    return [{ index, kind, buffer: ref.id }];
  });
  const extra = Object.keys(bind).find((name) => !kernel.bindings.some((binding) => binding.name === name));
  if (extra) throw new TypeError(`${kernel.name}(${layer}) has no binding ${extra}`);
  return {
    kernel,
    layer,
    operator,
    bindings,
    copies: Object.entries(copied).map(([name, { id }]): PlannedCopy => {
      const { arena, offset } = buffers[id]!;
      const { shared, texture, bytes } = buffers[bind[name]!.id]!;
      const rows = texture![1];
      return { arena: arena!, offset, bytesPerRow: bytes / rows, rows, texels: shared! };
    }),
    uniforms: packUniforms(step, batch, facts, words),
    grid: step.grid(batch),
    flops: step.flops?.(batch) ?? 0,
    bytes: bindings.reduce((sum, { buffer }) => sum + (buffers[buffer]?.bytes ?? 0), 0),
  };
}
