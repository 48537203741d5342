// The names a person may have meant.

/** Up to three of `names` within a third of the word's length in edits (Levenshtein distance), or that contain it; nearest first. */
export function nearest(word: string, names: readonly string[]): readonly string[] {
  const most = Math.max(2, Math.floor(word.length / 3));
  const lower = word.toLowerCase();
  return names
    .map((name) => ({
      name,
      distance: Math.min(
        distance(lower, name.toLowerCase()),
        lower && name.toLowerCase().includes(lower) ? 1 : most + 1,
      ),
    }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same));
    }
    row = next;
  }
  return row[b.length]!;
}
