// Times of models and training steps as text.

import { table } from '../../registry/table.ts';
import { size } from '../output.ts';
import type { ModelResult, TrainingResult } from './schema.ts';

export const imagesPerSecond = ({ batch, medianMs }: { readonly batch: number; readonly medianMs: number }): number =>
  (1000 * batch) / medianMs;

/** What is measured, with its batch where that is not one image. */
export const ofBatch = (name: string, batch: number): string => (batch === 1 ? name : `${name}, batch ${batch}`);

export function modelTable(models: readonly ModelResult[]): string {
  const head = [
    'model, ms',
    'batch',
    'compile',
    'load',
    'first',
    'steady',
    'best',
    'p99',
    'CPU',
    'images/s',
    'peak',
    'pipelines',
  ];
  const cells = models.map((row) => [
    row.model,
    `${row.batch}`,
    ...[row.compileMs, row.loadMs, row.firstMs].map((ms) => ms.toFixed(0)),
    ...[row.medianMs, row.bestMs, row.p99Ms, row.cpuMedianMs].map((ms) => ms.toFixed(1)),
    imagesPerSecond(row).toFixed(1),
    size(row.peakBytes),
    `${row.pipelines}`,
  ]);
  return table(head, cells, 'lrrrrrrrrrrr');
}

export function trainingTable(rows: readonly TrainingResult[]): string {
  const head = ['training step, ms', 'batch', 'size', 'first', 'steady', 'best', 'p99', 'CPU', 'images/s', 'loss'];
  const cells = rows.map((row) => [
    row.model,
    `${row.batch}`,
    `${row.size}`,
    row.firstMs.toFixed(0),
    ...[row.medianMs, row.bestMs, row.p99Ms, row.cpuMedianMs].map((ms) => ms.toFixed(1)),
    imagesPerSecond(row).toFixed(1),
    `${row.firstLoss.toFixed(3)} to ${row.lastLoss.toFixed(3)}`,
  ]);
  return table(head, cells, 'lrrrrrrrrl');
}
