// The oracle's fill: every parameter, input, picture and label from its name alone (../shared/oracle/README.md, "The fill").

/** Prefix of the keys of the oracle's committed data; each file names its own. */
export const PREFIX = 'o1';

/** murmur3's 32-bit finalizer. */
function fmix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The 32-bit seed of a name: FNV-1a of `PREFIX/name`, finalised. */
export function seedOf(name: string, prefix = PREFIX): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${prefix}/${name}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return fmix32(hash >>> 0);
}

/** u(i): the i-th u32 of a seed. */
export function hashAt(seed: number, i: number): number {
  return fmix32((seed + Math.imul(i + 1, 0x9e3779b9)) | 0);
}

/** r(i): u(i) as a multiple of 2^-23 in [-1, 1). */
function unit(u: number): number {
  return (u >>> 8) / 8388608 - 1;
}

const count = (shape: readonly number[]) => shape.reduce((product, d) => product * d, 1);

/** `shift + scale * r(i)`, rounded to float32 once, for each flat index of the shape. */
export function uniform(
  name: string,
  shape: readonly number[],
  scale = 1,
  shift = 0,
  prefix = PREFIX,
): Float32Array<ArrayBuffer> {
  const seed = seedOf(name, prefix);
  const out = new Float32Array(count(shape));
  for (let i = 0; i < out.length; i++) out[i] = shift + scale * unit(hashAt(seed, i));
  return out;
}

/** Scale and shift of a parameter or buffer; `k` is the file's `bnExp` of its BatchNorm. */
export function fillRule(name: string, shape: readonly number[], k = 0): { scale: number; shift: number } {
  const leaf = name.slice(name.lastIndexOf('.') + 1);
  if (leaf === 'running_mean') return { scale: 0.1 * 2 ** k, shift: 0 };
  if (leaf === 'running_var') return { scale: 0.5 * 4 ** k, shift: 4 ** k };
  if (leaf === 'weight' && shape.length === 1) return { scale: 0.5, shift: 1 };
  if (leaf === 'weight' && shape.length > 1) return { scale: Math.sqrt(6 / count(shape.slice(1))), shift: 0 };
  if (leaf === 'bias') return { scale: 0.1, shift: 0 };
  return { scale: 0.5, shift: 0 };
}

/** What a parameter or buffer of a filled model holds. `num_batches_tracked` is all zeros. */
export function fillParameter(
  name: string,
  shape: readonly number[],
  bnExp: Readonly<Record<string, number>> = {},
  prefix = PREFIX,
): Float32Array {
  if (name.endsWith('num_batches_tracked')) return new Float32Array(count(shape));
  const owner = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const { scale, shift } = fillRule(name, shape, bnExp[owner] ?? 0);
  return uniform(name, shape, scale, shift, prefix);
}

/** An input batch `[N, C, H, W]`: blocks of 16 x 16 plus noise, in [-2, 2). */
export function fillImage(shape: readonly [number, number, number, number], name = 'input', prefix = PREFIX) {
  const [N, C, H, W] = shape;
  const [gh, gw] = [Math.ceil(H / 16), Math.ceil(W / 16)];
  const coarse = seedOf(`${name}/coarse`, prefix);
  const fine = seedOf(`${name}/fine`, prefix);
  const out = new Float32Array(N * C * H * W);
  for (let nc = 0, i = 0; nc < N * C; nc++) {
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++, i++) {
        const block = (nc * gh + (y >> 4)) * gw + (x >> 4);
        out[i] = 1.5 * unit(hashAt(coarse, block)) + 0.5 * unit(hashAt(fine, i));
      }
    }
  }
  return out;
}

/** A picture `[H, W, C]` of bytes 0..254, shaped as `fillImage`'s. */
export function fillPicture(H: number, W: number, C: number, name = 'photo', prefix = PREFIX): Uint8Array {
  const gw = Math.ceil(W / 16);
  const coarse = seedOf(`${name}/coarse`, prefix);
  const fine = seedOf(`${name}/fine`, prefix);
  const out = new Uint8Array(H * W * C);
  for (let y = 0, i = 0; y < H; y++) {
    for (let x = 0; x < W; x++) {
      for (let c = 0; c < C; c++, i++) {
        const block = ((y >> 4) * gw + (x >> 4)) * C + c;
        out[i] = (hashAt(coarse, block) >>> 25) + (hashAt(fine, i) >>> 25);
      }
    }
  }
  return out;
}

/** Class numbers below `classes`. */
export function fillLabels(n: number, classes: number, name = 'labels', prefix = PREFIX): number[] {
  const seed = seedOf(name, prefix);
  return Array.from({ length: n }, (_, i) => hashAt(seed, i) % classes);
}
