// What a model consists of: a row for each layer, and the totals.

import type { Graph } from '../runtime/graph/graph.ts';
import type { ParameterSpec } from '../runtime/graph/scope.ts';
import { elementCount, formatShape, type Shape } from '../runtime/graph/value.ts';
import type { Plan } from '../runtime/plan/plan.ts';
import { table } from './table.ts';

export interface SummaryLayer {
  readonly name: string;
  readonly operator: string;
  readonly output: Shape;
  /** Trained numbers. */
  readonly parameters: number;
  /** Multiply-adds for one image. */
  readonly macs: number;
}

export interface Summary {
  readonly model: string;
  readonly layers: readonly SummaryLayer[];
  readonly parameters: number;
  readonly macs: number;
  /** float32, buffers included. */
  readonly weightBytes: number;
  /** GPU memory while single images run. */
  readonly peakBytes: number;
  toString(): string;
}

export function summarise(model: string, graph: Graph, parameters: readonly ParameterSpec[], plan: Plan): Summary {
  const trained = new Map(
    parameters.filter(({ role }) => role === 'weight').map(({ value, shape }) => [value, elementCount(shape)]),
  );
  const layers = graph.values.flatMap((value): SummaryLayer[] => {
    const { operator, name, shape, inputs } = value;
    if (!operator) return [];
    const count = Object.values(inputs).reduce((sum, input) => sum + (trained.get(input) ?? 0), 0);
    return [{ name, operator: operator.name, output: shape, parameters: count, macs: operator.macs(value) }];
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const totals = {
    parameters: sum([...trained.values()]),
    macs: sum(layers.map(({ macs }) => macs)),
    weightBytes: 4 * sum(parameters.map(({ shape }) => elementCount(shape))),
    peakBytes: plan.peakBytes,
  };
  return { model, layers, ...totals, toString: () => format(model, layers, totals) };
}

function format(
  model: string,
  layers: readonly SummaryLayer[],
  { parameters, macs, weightBytes, peakBytes }: Omit<Summary, 'model' | 'layers' | 'toString'>,
): string {
  const count = (n: number) => n.toLocaleString('en-US');
  const rows = layers.map(({ name, operator, output, parameters, macs }) => [
    name,
    operator,
    formatShape(output),
    parameters > 0 ? count(parameters) : '',
    macs > 0 ? count(macs) : '',
  ]);
  const total = ['total', '', '', count(parameters), count(macs)];
  return [
    model,
    table(['layer', 'operator', 'output', 'parameters', 'multiply-adds'], [...rows, total], 'lllrr'),
    `weights ${mebibytes(weightBytes)}, GPU memory for one image ${mebibytes(peakBytes)}`,
  ].join('\n');
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
