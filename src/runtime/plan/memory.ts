// Where activations lie: offsets in as few arenas as the rules allow, reused as soon as their last reader is done.

/** Something to place. Steps are counted from 0; `first` writes it, `last` reads it last. */
export interface Lifetime {
  readonly id: number;
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
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Places buffers so that no two alive at the same step overlap and no two in `conflicts` share an arena: WebGPU refuses a
 * dispatch that reads and writes parts of one buffer. Largest first, each at the lowest place that makes the arenas grow least.
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
  const blocks = group(lifetimes, enemies).sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const arenas: { bytes: number; placed: { block: Block; offset: number }[] }[] = [];
  const places = new Map<number, Placement>();

  for (const block of blocks) {
    const size = align(block.bytes + rules.guardBytes, rules.alignment);
    let best: { arena: number; offset: number; growth: number } | undefined;
    for (const [index, arena] of arenas.entries()) {
      const hostile = arena.placed.some(({ block: other }) => opposed(block, other, enemies));
      if (hostile) continue;
      const offset = lowestGap(arena.placed, block, size, rules);
      const growth = Math.max(0, offset + size - arena.bytes);
      if (offset + size > rules.maxArenaBytes) continue;
      if (!best || growth < best.growth) best = { arena: index, offset, growth };
    }
    if (!best) {
      arenas.push({ bytes: 0, placed: [] });
      best = { arena: arenas.length - 1, offset: 0, growth: size };
    }
    const { arena: index, offset } = best;
    const arena = arenas[index]!;
    arena.placed.push({ block, offset });
    arena.bytes = Math.max(arena.bytes, offset + size);
    for (const member of block.members) places.set(member.id, { arena: index, offset });
  }
  return { places, arenas: arenas.map(({ bytes }) => bytes) };
}

/** Exclusive buffers of one key are strung into blocks that live for the whole run; every other buffer is a block. */
function group(lifetimes: readonly Lifetime[], enemies: ReadonlyMap<number, ReadonlySet<number>>): Block[] {
  const blocks: Block[] = [];
  const strings = new Map<string, Lifetime[][]>();
  for (const lifetime of [...lifetimes].sort((a, b) => a.first - b.first)) {
    if (lifetime.exclusive === undefined) {
      blocks.push({ ...lifetime, members: [lifetime] });
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
  for (const members of [...strings.values()].flat())
    blocks.push({
      members,
      bytes: Math.max(...members.map(({ bytes }) => bytes)),
      first: 0,
      last: Number.POSITIVE_INFINITY,
    });
  return blocks;
}

function opposed(a: Block, b: Block, enemies: ReadonlyMap<number, ReadonlySet<number>>): boolean {
  return a.members.some(({ id }) => b.members.some((other) => enemies.get(id)?.has(other.id)));
}

function lowestGap(
  placed: readonly { block: Block; offset: number }[],
  block: Block,
  size: number,
  { alignment, guardBytes }: MemoryRules,
): number {
  const busy = placed
    .filter(({ block: other }) => other.first <= block.last && block.first <= other.last)
    .map(({ block: other, offset }) => ({ from: offset, to: offset + align(other.bytes + guardBytes, alignment) }))
    .sort((a, b) => a.from - b.from);
  let offset = 0;
  for (const { from, to } of busy) {
    if (offset + size <= from) break;
    offset = Math.max(offset, to);
  }
  return offset;
}

export function align(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
