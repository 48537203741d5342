// What an adapter can do at most, in words.

import { table } from '../../registry/table.ts';
import type { Roof } from '../../runtime/device/roof/roof.ts';

/** What was measured, and how it is said. */
export function roofLines(roof: Roof): readonly (readonly [what: string, amount: string])[] {
  const rate = (value: number, unit: string) => `${three(value)} ${unit}`;
  return [
    ['multiply-adds, f32', rate(roof.f32Gflops, 'GFLOP/s')],
    ['multiply-adds, f16', roof.f16Gflops === null ? 'none' : rate(roof.f16Gflops, 'GFLOP/s')],
    ['memory, read', rate(roof.readGbytes, 'GB/s')],
    ['memory, copied', rate(roof.copyGbytes, 'GB/s')],
    ['a dispatch', time(roof.dispatchMs)],
    ['submission to done', time(roof.submitMs)],
    ['readback of 4 KB', time(roof.readback4kMs)],
    ['readback of 4 MB', time(roof.readback4mMs)],
    ['writeBuffer', rate(roof.writeGbytes, 'GB/s')],
  ];
}

export function roofTable(roof: Roof): string {
  const clock = roof.clock === 'wall' ? '\ntimed by the wall: this adapter has no timestamp queries' : '';
  return `${table(
    ['peak', 'measured'],
    roofLines(roof).map((line) => [...line]),
    'lr',
  )}${clock}`;
}

export function time(ms: number): string {
  if (ms >= 1000) return `${three(ms / 1000)} s`;
  return ms >= 1 ? `${three(ms)} ms` : `${three(1000 * ms)} µs`;
}

/** Three digits. */
export const three = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
