// Where activations lie: offsets in as few arenas as the rules allow, reused as soon as their last reader is done.

import { PlanError } from '../errors.ts';

/** Something to place. Times are counted from 0; at `first` it is written, at `last` it is read last. */
export interface Lifetime {
  readonly id: number;
  /** The layer it belongs to, for errors. */
  readonly name: string;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /**
   * Buffers with the same key may follow each other in one place; nothing else may lie there. This keeps the zeros around
   * an image, which are written once, when the arena is made, and never again.
   */
  readonly exclusive?: string;
}

export interface Placement {
  readonly arena: number;
  readonly offset: number;
}

export interface MemoryPlan {
  readonly places: ReadonlyMap<number, Placement>;
  /** Bytes of each arena. */
  readonly arenas: readonly number[];
}

export interface MemoryRules {
  /** Every offset is a multiple of this. */
  readonly alignment: number;
  /** No arena is larger than this. */
  readonly maxArenaBytes: number;
  /** Bytes left free behind every buffer: tests put guard words there. */
  readonly guardBytes: number;
}

interface Block {
  readonly members: readonly Lifetime[];
  /** Bytes with the guard, aligned. */
  readonly size: number;
  readonly first: number;
  readonly last: number;
}

/** A block at its place; an arena's are kept in the order of their offsets. */
interface Placed {
  readonly block: Block;
  readonly offset: number;
}

// No order is best for every network, and an attempt takes a few milliseconds. Ties are broken alike, so plans repeat.
const orders: readonly ((a: Block, b: Block) => number)[] = [
  (a, b) => b.size - a.size || a.first - b.first || idOf(a) - idOf(b),
  (a, b) => a.first - b.first || b.size - a.size || idOf(a) - idOf(b),
  (a, b) => b.last - b.first - (a.last - a.first) || b.size - a.size || idOf(a) - idOf(b),
];

/**
 * Places buffers so that no two alive at the same time overlap and no two in `conflicts` share an arena: WebGPU refuses a
 * dispatch that reads and writes parts of one buffer. Each goes to the lowest place that makes the arenas grow least; of
 * several orders to do so in, the one that takes least memory is kept.
 * Throws PlanError 'over_limit' for a buffer larger than an arena may be.
 */
export function planMemory(
  lifetimes: readonly Lifetime[],
  conflicts: readonly (readonly [number, number])[],
  rules: MemoryRules,
): MemoryPlan {
  const enemies = new Map<number, Set<number>>(lifetimes.map(({ id }) => [id, new Set()]));
  for (const [a, b] of conflicts) {
    enemies.get(a)?.add(b);
    enemies.get(b)?.add(a);
  }
  const blocks = group(lifetimes, enemies, rules);
  const tooLarge = blocks.find(({ size }) => size > rules.maxArenaBytes);
  if (tooLarge)
    throw new PlanError(
      'over_limit',
      `${tooLarge.members[0]?.name} takes ${tooLarge.size} bytes, the adapter's buffers have ${rules.maxArenaBytes} at most`,
    );
  const plans = orders.map((order) => pack([...blocks].sort(order), enemies, rules));
  return plans.reduce((best, plan) => (total(plan) < total(best) ? plan : best));
}

function total({ arenas }: MemoryPlan): number {
  return arenas.reduce((sum, bytes) => sum + bytes, 0);
}

function pack(
  blocks: readonly Block[],
  enemies: ReadonlyMap<number, ReadonlySet<number>>,
  { maxArenaBytes }: MemoryRules,
): MemoryPlan {
  const arenas: { bytes: number; readonly placed: Placed[] }[] = [];
  const places = new Map<number, Placement>();
  for (const block of blocks) {
    const { size, members } = block;
    const hostile = new Set(
      members.flatMap(({ id }) => [...enemies.get(id)!].map((enemy) => places.get(enemy)?.arena)),
    );
    let best = { arena: arenas.length, offset: 0, growth: Number.POSITIVE_INFINITY };
    for (const [index, arena] of arenas.entries()) {
      if (hostile.has(index)) continue;
      const offset = lowestGap(arena.placed, block);
      const growth = Math.max(0, offset + size - arena.bytes);
      if (offset + size <= maxArenaBytes && growth < best.growth) best = { arena: index, offset, growth };
    }
    const { arena: index, offset } = best;
    const arena = (arenas[index] ??= { bytes: 0, placed: [] });
    const behind = arena.placed.findIndex((other) => other.offset > offset);
    arena.placed.splice(behind < 0 ? arena.placed.length : behind, 0, { block, offset });
    arena.bytes = Math.max(arena.bytes, offset + size);
    for (const { id } of members) places.set(id, { arena: index, offset });
  }
  return { places, arenas: arenas.map(({ bytes }) => bytes) };
}

function idOf({ members }: Block): number {
  return members[0]?.id ?? 0;
}

/** Exclusive buffers of one key are strung into blocks that live for the whole run; every other buffer is a block. */
function group(
  lifetimes: readonly Lifetime[],
  enemies: ReadonlyMap<number, ReadonlySet<number>>,
  { guardBytes, alignment }: MemoryRules,
): Block[] {
  const block = (members: readonly Lifetime[], first: number, last: number): Block => {
    const bytes = Math.max(...members.map((member) => member.bytes));
    return { members, size: align(bytes + guardBytes, alignment), first, last };
  };
  const blocks: Block[] = [];
  const strings = new Map<string, Lifetime[][]>();
  for (const lifetime of [...lifetimes].sort((a, b) => a.first - b.first || a.id - b.id)) {
    if (lifetime.exclusive === undefined) {
      blocks.push(block([lifetime], lifetime.first, lifetime.last));
      continue;
    }
    const slots = strings.get(lifetime.exclusive) ?? [];
    strings.set(lifetime.exclusive, slots);
    const free = slots.find((slot) =>
      slot.every((other) => other.last < lifetime.first && !enemies.get(other.id)?.has(lifetime.id)),
    );
    if (free) free.push(lifetime);
    else slots.push([lifetime]);
  }
  for (const members of [...strings.values()].flat()) blocks.push(block(members, 0, Number.POSITIVE_INFINITY));
  return blocks;
}

function lowestGap(placed: readonly Placed[], { size, first, last }: Block): number {
  let offset = 0;
  for (const { block: other, offset: from } of placed) {
    if (other.first > last || first > other.last) continue;
    if (offset + size <= from) break;
    offset = Math.max(offset, from + other.size);
  }
  return offset;
}

export function align(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
