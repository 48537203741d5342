// Reports side by side: a row for everything that was measured, a column for every adapter.

import { imagesPerSecond, ofBatch } from './model_table.ts';
import { three, time } from './roof_table.ts';
import type { Report } from './schema.ts';

export interface ComparedRow {
  readonly part: 'peak' | 'kernels' | 'models' | 'training';
  readonly name: string;
  readonly unit: 'ms' | 'GFLOP/s' | 'GB/s' | 'images/s';
  /** One for each report; null where it has none. */
  readonly values: readonly (number | null)[];
  /** How many times as fast as the first report, whatever the unit; null where either has none. */
  readonly ratios: readonly (number | null)[];
}

type Measured = Omit<ComparedRow, 'values' | 'ratios'> & { readonly value: number };

/** In the order in which the reports have them, those of the first before those that it lacks. */
export function compareReports(reports: readonly Report[]): ComparedRow[] {
  const lists = reports.map(measured);
  const keyOf = ({ part, name }: Measured) => `${part} ${name}`;
  const all = new Map(lists.flat().map((row) => [keyOf(row), row]));
  const found = lists.map((list) => new Map(list.map((row) => [keyOf(row), row.value])));
  const rows = [...all].map(([key, { part, name, unit }]): ComparedRow => {
    const values = found.map((list) => list.get(key) ?? null);
    const [first = null] = values;
    const ratios = values.map((value) => {
      if (first === null || value === null) return null;
      return unit === 'ms' ? first / value : value / first;
    });
    return { part, name, unit, values, ratios };
  });
  const order = ['peak', 'kernels', 'models', 'training'];
  return rows.sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
}

function measured({ roof, kernels = [], models = [], training = [] }: Report): Measured[] {
  const peak = (name: string, value: number | null, unit: Measured['unit']): Measured[] =>
    value === null ? [] : [{ part: 'peak', name, unit, value }];
  return [
    ...(roof
      ? [
          ...peak('multiply-adds, f32', roof.f32Gflops, 'GFLOP/s'),
          ...peak('multiply-adds, f16', roof.f16Gflops, 'GFLOP/s'),
          ...peak('memory, read', roof.readGbytes, 'GB/s'),
          ...peak('memory, copied', roof.copyGbytes, 'GB/s'),
          ...peak('a dispatch', roof.dispatchMs, 'ms'),
          ...peak('submission to done', roof.submitMs, 'ms'),
          ...peak('readback of 4 KB', roof.readback4kMs, 'ms'),
          ...peak('readback of 4 MB', roof.readback4mMs, 'ms'),
          ...peak('writeBuffer', roof.writeGbytes, 'GB/s'),
        ]
      : []),
    ...kernels.flatMap(({ layer, batch, kernels }): Measured[] => {
      const chosen = kernels.find((kernel) => kernel.chosen && kernel.wrong === null);
      return chosen ? [{ part: 'kernels', name: ofBatch(layer, batch), unit: 'ms', value: chosen.medianMs }] : [];
    }),
    ...models.map(
      (row): Measured => ({
        part: 'models',
        name: ofBatch(row.model, row.batch),
        unit: 'images/s',
        value: imagesPerSecond(row),
      }),
    ),
    ...training.map(
      (row): Measured => ({
        part: 'training',
        name: `${row.model}, batch ${row.batch}, ${row.size} x ${row.size}`,
        unit: 'images/s',
        value: imagesPerSecond(row),
      }),
    ),
  ];
}

/** `2.31 ms`, `98.4 GFLOP/s`; a dash where there is nothing. */
export function valueText(value: number | null, unit: ComparedRow['unit']): string {
  if (value === null) return '-';
  return unit === 'ms' ? time(value) : `${three(value)} ${unit}`;
}

export const ratioText = (ratio: number | null): string => (ratio === null ? '-' : `${three(ratio)} x`);

/** What columns are called: the adapters, with what tells them apart where two are called the same. */
export function columnNames(reports: readonly Report[]): string[] {
  const names = reports.map(({ environment }) => environment.adapter);
  const more = reports.map(({ environment: { date, driver } }, i) => {
    const alike = names.filter((name) => name === names[i]).length > 1;
    return alike ? `${names[i]}, ${driver}, ${date.slice(0, 16).replace('T', ' ')}` : names[i]!;
  });
  return more.map((name, i) => (more.indexOf(name) === more.lastIndexOf(name) ? name : `${name} (${i + 1})`));
}
