// Where the time of a run goes: a row for each dispatch.

import type { Executor } from '../runtime/device/executor.ts';
import { type DispatchTime, profile as timed } from '../runtime/device/timing.ts';
import { table } from './table.ts';

export interface ProfileRow {
  readonly layer: string;
  readonly operator: string;
  readonly kernel: string;
  readonly ms: number;
  /** 10^9 floating-point operations a second; 0 for kernels that only move data. */
  readonly gflops: number;
  /** Bytes of everything it binds. */
  readonly bytes: number;
}

export interface Profile {
  readonly rows: readonly ProfileRow[];
  readonly ms: number;
  toString(): string;
}

/** Throws DeviceError 'missing_feature' on adapters with no timestamp queries. */
export async function profile(executor: Executor, batch: number, image: Float32Array<ArrayBuffer>): Promise<Profile> {
  return profileOf(await timed(executor, batch, { image }));
}

export function profileOf(times: readonly DispatchTime[]): Profile {
  const rows = times.map(({ dispatch: { layer, operator, kernel, flops, bytes }, ms }) => ({
    layer,
    operator,
    kernel: kernel.name,
    ms,
    gflops: ms > 0 ? flops / ms / 1e6 : 0,
    bytes,
  }));
  const ms = rows.reduce((sum, row) => sum + row.ms, 0);
  return { rows, ms, toString: () => format(rows, ms) };
}

function format(rows: readonly ProfileRow[], total: number): string {
  const cells = rows.map(({ layer, kernel, ms, gflops, bytes }) => [
    layer,
    kernel,
    ms.toFixed(3),
    total > 0 ? `${((100 * ms) / total).toFixed(1)} %` : '', // browsers may round every time to 0
    gflops > 0 ? gflops.toFixed(2) : '',
    (bytes / 1e6).toFixed(2),
  ]);
  const sum = ['total', '', total.toFixed(3), '', '', ''];
  return table(['layer', 'kernel', 'ms', 'share', 'GFLOP/s', 'MB'], [...cells, sum], 'llrrrr');
}
