// What a model consists of: a row for each layer, and the totals.

import type { Graph } from '../runtime/graph/graph.ts';
import type { ParameterSpec } from '../runtime/graph/scope.ts';
import { elementCount, formatShape, type Shape } from '../runtime/graph/value.ts';
import type { Plan } from '../runtime/plan/plan.ts';
import { build, defaults } from './build.ts';
import type { ModelSpec } from './plugin.ts';
import { table } from './table.ts';

/** How numbers are stored. Sums are made in f32 in any case; biases, normalisation and vectors [n, c] stay f32. */
export interface Storage {
  readonly weights: Precision;
  /** f32 with weights in f16 where the adapter has no `shader-f16`. */
  readonly activations: Precision;
}

export type Precision = 'f32' | 'f16';

export interface SummaryLayer {
  readonly name: string;
  readonly operator: string;
  readonly output: Shape;
  /** Trained numbers. */
  readonly parameters: number;
  /** Multiply-adds for one image. */
  readonly macs: number;
}

/** What the definition alone says of a model: no device, no weights. Auxiliary heads count in `withHeads` alone. */
export interface Description {
  readonly model: string;
  readonly layers: readonly SummaryLayer[];
  /** Trained numbers. */
  readonly parameters: number;
  /** Multiply-adds for one image. */
  readonly macs: number;
  /** As they are stored, float32 by default; buffers included. */
  readonly weightBytes: number;
  /** What all layers give for one image, as it is stored: what training keeps. Inference reuses memory and needs less. */
  readonly activationBytes: number;
  /** The same counts with the heads that only help to learn; null for models without. */
  readonly withHeads: { readonly parameters: number; readonly weightBytes: number } | null;
}

export interface Summary extends Description {
  /** GPU memory while single images run. */
  readonly peakBytes: number;
  readonly storage: Storage;
  toString(): string;
}

export function summarise(
  model: string,
  graph: Graph,
  parameters: readonly ParameterSpec[],
  plan: Plan,
  storage: Storage,
): Summary {
  const totals = { ...describeGraph(model, graph, parameters, storage), peakBytes: plan.peakBytes, storage };
  return { ...totals, toString: () => format(totals) };
}

/** A model as it is defined, at its own input size and number of classes. */
export function describe(model: string, spec: ModelSpec, precision: Precision): Description {
  const { graph, parameters } = build(spec, defaults(spec));
  return describeGraph(model, graph, parameters, storageOf(precision, true));
}

/** What a precision comes to, on an adapter with `shader-f16` or without. */
export function storageOf(precision: Precision, f16: boolean): Storage {
  return { weights: precision, activations: f16 ? precision : 'f32' };
}

function describeGraph(
  model: string,
  graph: Graph,
  parameters: readonly ParameterSpec[],
  storage: Storage,
): Description {
  const trained = new Map(
    parameters.filter(({ role }) => role === 'weight').map(({ value, shape }) => [value, elementCount(shape)]),
  );
  const all = counts(parameters, storage);
  const used = counts(withoutHeads(graph, parameters), storage);
  const layers = graph.values.flatMap((value): SummaryLayer[] => {
    const { operator, name, shape, inputs } = value;
    if (!operator) return [];
    const count = Object.values(inputs).reduce((sum, input) => sum + (trained.get(input) ?? 0), 0);
    return [{ name, operator: operator.name, output: shape, parameters: count, macs: operator.macs(value) }];
  });
  return {
    model,
    layers,
    ...used,
    macs: sum(layers.map(({ macs }) => macs)),
    // A layer that only looks at its input otherwise, as flatten does, makes nothing.
    activationBytes: sum(
      graph.values.map(({ operator, shape }) =>
        operator && !operator.view ? bytes(shape, shape.length === 4 && storage.activations) : 0,
      ),
    ),
    withHeads: all.weightBytes > used.weightBytes ? all : null,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function counts(
  parameters: readonly ParameterSpec[],
  { weights }: Storage,
): { parameters: number; weightBytes: number } {
  const trained = parameters.filter(({ role }) => role === 'weight');
  return {
    parameters: sum(trained.map(({ shape }) => elementCount(shape))),
    // Weights of linear layers and convolutions have two dimensions, or four; all else that is trained is [C], or [C, 1, 1].
    weightBytes: sum(parameters.map((p) => bytes(p.shape, p.role === 'weight' && p.shape.length % 2 === 0 && weights))),
  };
}

function bytes(shape: Shape, precision: Precision | false): number {
  return (precision === 'f16' ? 2 : 4) * elementCount(shape);
}

/** The parameters of the modules that the graph uses; a batch norm's counter is in no graph. */
function withoutHeads(graph: Graph, parameters: readonly ParameterSpec[]): readonly ParameterSpec[] {
  const module = (name: string) => name.slice(0, name.lastIndexOf('.'));
  const used = new Set(graph.values.filter(({ kind }) => kind === 'parameter').map(({ name }) => module(name)));
  return parameters.filter(({ name }) => used.has(module(name)));
}

const digits = (n: number): string => n.toLocaleString('en-US');

/** A row a layer, and the totals. */
export function layerTable(layers: readonly SummaryLayer[]): string {
  const rows = layers.map(({ name, operator, output, parameters, macs }) => [
    name,
    operator,
    formatShape(output),
    parameters > 0 ? digits(parameters) : '',
    macs > 0 ? digits(macs) : '',
  ]);
  const totals = [sum(layers.map(({ parameters }) => parameters)), sum(layers.map(({ macs }) => macs))];
  const head = ['layer', 'operator', 'output', 'parameters', 'multiply-adds'];
  return table(head, [...rows, ['total', '', '', ...totals.map(digits)]], 'lllrr');
}

function format({
  model,
  layers,
  weightBytes,
  activationBytes,
  withHeads,
  peakBytes,
  storage,
}: Omit<Summary, 'toString'>): string {
  return [
    model,
    layerTable(layers),
    `weights ${mebibytes(weightBytes)}, activations of one image ${mebibytes(activationBytes)}, ` +
      `GPU memory for one image ${mebibytes(peakBytes)}`,
    ...(storage.weights === 'f16' ? [`weights are stored as f16, activations as ${storage.activations}`] : []),
    ...(withHeads ? [`with auxiliary heads ${digits(withHeads.parameters)} parameters`] : []),
  ].join('\n');
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
