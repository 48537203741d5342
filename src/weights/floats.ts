// Float32 from every number format a weights file may hold, and back to the 16-bit ones.

import type { TensorInfo } from './tensors.ts';

export type Dtype = TensorInfo['dtype'];

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<Dtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/**
 * Little-endian `bytes` of `dtype` into `out` from element `at`. F32, F16, BF16, 8- and 16-bit integers and BOOL come out
 * exactly, NaN payloads included; F64, I32 and I64 are rounded to the nearest float32 (I64 by way of float64), which
 * leaves integers up to 2^24 exact.
 */
export function toFloat32(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>, out: Float32Array, at: number): void {
  if (dtype === 'F32') {
    new Uint8Array(out.buffer, out.byteOffset + at * 4, bytes.length).set(bytes);
    return;
  }
  const aligned = bytes.byteOffset % DTYPE_BYTES[dtype] === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset } = aligned;
  const elements = bytes.length / DTYPE_BYTES[dtype];
  const bits = new Uint32Array(out.buffer, out.byteOffset + at * 4, elements);
  switch (dtype) {
    case 'F64':
      out.set(new Float64Array(buffer, byteOffset, elements), at);
      return;
    case 'F16': {
      const halves = new Uint16Array(buffer, byteOffset, elements);
      const table = (halfTable ??= makeHalfTable());
      for (let i = 0; i < elements; i++) bits[i] = table[halves[i]!]!;
      return;
    }
    case 'BF16': {
      const halves = new Uint16Array(buffer, byteOffset, elements);
      for (let i = 0; i < elements; i++) bits[i] = halves[i]! << 16;
      return;
    }
    case 'I64': {
      const words = new Int32Array(buffer, byteOffset, elements * 2);
      for (let i = 0; i < elements; i++) out[at + i] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
      return;
    }
    case 'I32':
      out.set(new Int32Array(buffer, byteOffset, elements), at);
      return;
    case 'I16':
      out.set(new Int16Array(buffer, byteOffset, elements), at);
      return;
    case 'I8':
      out.set(new Int8Array(buffer, byteOffset, elements), at);
      return;
    case 'U8':
    case 'BOOL':
      out.set(aligned, at);
  }
}

/** Little-endian float32 where they lie, or a copy where no array of numbers may begin there. */
export function asFloat32(bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset } = bytes.byteOffset % DTYPE_BYTES.F32 === 0 ? bytes : bytes.slice();
  return new Float32Array(buffer, byteOffset, bytes.length / DTYPE_BYTES.F32);
}

let halfTable: Uint32Array | undefined;

/** The float32 bits of each of the 65536 halves: a look-up is several times faster than the arithmetic. */
function makeHalfTable(): Uint32Array {
  const table = new Uint32Array(65536);
  const subnormal = new Float32Array(table.buffer);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 0x3ff;
    if (exponent === 31) table[half] = sign | 0x7f800000 | (mantissa << 13);
    else if (exponent > 0) table[half] = sign | ((exponent + 112) << 23) | (mantissa << 13);
    else subnormal[half] = (sign ? -1 : 1) * mantissa * 2 ** -24;
  }
  return table;
}

/** The half nearest to the float32 with these bits, ties to even; too large becomes infinity, NaN stays NaN. */
export function halfFromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7c00 | ((magnitude >>> 13) & 0x3ff || 0x200);
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520, half way from 65504 to the next
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  if (magnitude < 0x33000000) return sign; // below 2^-25, half of the smallest subnormal
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - (magnitude >>> 23);
  const whole = mantissa >>> shift;
  const left = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (whole + (left > half || (left === half && whole & 1) ? 1 : 0));
}

/** The bfloat16 nearest to the float32 with these bits, ties to even; NaN stays NaN. */
export function bfloatFromBits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) & 0x7f ? bits >>> 16 : (bits >>> 16) | 0x40;
  return ((bits >>> 0) + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
