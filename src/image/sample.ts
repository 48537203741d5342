// The sample picture of `npm start`: a traffic light at dusk, drawn here so that no photograph need be shipped.

import type { Pixels } from './pixels.ts';

const SIZE = 320;

type Colour = readonly [red: number, green: number, blue: number];
type Point = readonly [x: number, y: number];

const HOUSING: Colour = [22, 23, 25];
const EDGE: Colour = [74, 74, 72];
const LAMPS: readonly { readonly y: number; readonly glass: Colour; readonly lit: boolean }[] = [
  { y: 74, glass: [255, 46, 26], lit: true },
  { y: 151, glass: [96, 66, 18], lit: false },
  { y: 228, glass: [16, 68, 46], lit: false },
];
const CENTRE = 160;
const LENS = 29;

/** Draws the sample picture: 320 x 320, the same at every call. */
export function samplePicture(): Pixels {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const colour = shade([x + 0.5, y + 0.5]);
      const grain = noise(x, y) * 5;
      for (let c = 0; c < 3; c++) {
        data[(y * SIZE + x) * 3 + c] = Math.min(255, Math.max(0, Math.round(colour[c]! + grain)));
      }
    }
  }
  return { width: SIZE, height: SIZE, data };
}

function shade(at: Point): Colour {
  let colour = sky(at);
  colour = mix(colour, [34, 36, 40], cover(roundedBox(at, [CENTRE, 330], [7, 60], 2))); // the pole
  colour = mix(colour, EDGE, cover(roundedBox(at, [CENTRE, 151], [56, 132], 16)));
  colour = mix(colour, housing(at), cover(roundedBox(at, [CENTRE, 151], [52, 128], 13)));
  for (const lamp of LAMPS) colour = drawLamp(colour, at, lamp);
  const [dx, dy] = [at[0] - CENTRE, at[1] - LAMPS[0]!.y];
  const glow = 0.5 * Math.exp(-(dx * dx + dy * dy) / 3600);
  return [colour[0] + 190 * glow, colour[1] + 38 * glow, colour[2] + 20 * glow];
}

// Dusk: deep blue above, orange at the horizon, soft streaks of cloud, dark roofs below.
function sky([x, y]: Point): Colour {
  const height = y / SIZE;
  const cloud = 0.5 + 0.5 * smoothNoise(x / 70, y / 16);
  const dusk = mix([62, 88, 138], [236, 158, 104], smoothstep(0.15, 0.95, height));
  const lit = mix(dusk, [247, 196, 160], 0.35 * smoothstep(0.5, 0.9, cloud));
  const roofs =
    276 + 14 * Math.sign(smoothNoise(Math.floor(x / 34) * 3.7, 1)) + 10 * smoothNoise(Math.floor(x / 34), 9);
  return mix(lit, [38, 36, 46], cover(roofs - y));
}

function housing([x, y]: Point): Colour {
  const sheen = 1 + 0.5 * Math.exp(-(((x - CENTRE + 38) / 9) ** 2));
  const seam = 1 - 0.55 * (cover(Math.abs(y - 112.5) - 1) + cover(Math.abs(y - 189.5) - 1));
  return [HOUSING[0] * sheen * seam, HOUSING[1] * sheen * seam, HOUSING[2] * sheen * seam];
}

function drawLamp(under: Colour, [x, y]: Point, lamp: (typeof LAMPS)[number]): Colour {
  const [dx, dy] = [x - CENTRE, y - lamp.y];
  const far = Math.hypot(dx, dy);
  let colour = mix(under, [8, 8, 9], cover(far - LENS - 5)); // the ring and, above, the visor's shadow
  const facets = 1 + 0.1 * Math.sin(dx * 1.1) * Math.sin(dy * 1.1);
  const bright = (lamp.lit ? 1.15 - 0.3 * (far / LENS) ** 2 : 0.9 - 0.35 * (far / LENS)) * facets;
  let glass: Colour = [lamp.glass[0] * bright, lamp.glass[1] * bright, lamp.glass[2] * bright];
  const core = lamp.lit ? Math.exp(-(far * far) / 260) : 0;
  glass = mix(glass, [255, 208, 160], 0.75 * core);
  const glint = 0.35 * Math.exp(-((dx + 10) ** 2 + (dy + 11) ** 2) / 30);
  glass = mix(glass, [255, 255, 255], glint);
  colour = mix(colour, glass, cover(far - LENS));
  const visor = Math.max(Math.hypot(dx, dy + 3) - LENS - 7, -(Math.hypot(dx / 1.02, dy - 9) - LENS - 3), dy - 6);
  return mix(colour, mix([44, 45, 47], [14, 14, 16], smoothstep(-40, 0, dy)), cover(visor));
}

/** Signed distance to a box with rounded corners: negative inside. */
function roundedBox([x, y]: Point, centre: Point, half: Point, radius: number): number {
  const dx = Math.abs(x - centre[0]) - half[0] + radius;
  const dy = Math.abs(y - centre[1]) - half[1] + radius;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/** How much of a pixel a shape covers, from its signed distance. */
function cover(distance: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance));
}

function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** A fixed pseudo-random value of a lattice point, in [-1, 1). */
function noise(x: number, y: number): number {
  let hash = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 8) / 2 ** 23 - 1;
}

function smoothNoise(x: number, y: number): number {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smoothstep(0, 1, x - i), smoothstep(0, 1, y - j)];
  const row = (k: number) => noise(i, k) + (noise(i + 1, k) - noise(i, k)) * u;
  return row(j) + (row(j + 1) - row(j)) * v;
}
