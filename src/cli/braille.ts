// Braille characters as pictures: two dots across, four down.

export const ACROSS = 2;
export const DOWN = 4;

/** The bits of U+2800 to U+28FF, by column and row. */
const BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** The bit of the dot at (x, y) in the character that it falls into. */
export const dotAt = (x: number, y: number): number => BITS[(x % ACROSS) as 0 | 1][(y % DOWN) as 0 | 1 | 2 | 3];

/** The character with these dots. */
export const braille = (bits: number): string => (bits === 0 ? ' ' : String.fromCodePoint(0x2800 + bits));
