// A model's definition, carried out: from a spec to the graph's last values and its parameters. No device is needed.

import { GraphError, UsageError } from '../runtime/errors.ts';
import { type Graph, graphOf } from '../runtime/graph/graph.ts';
import { input, type ParameterSpec, Scope } from '../runtime/graph/scope.ts';
import { formatShape, type Value } from '../runtime/graph/value.ts';
import { readAttributes } from '../wgsl/attributes.ts';
import type { Config, Heads, ModelSpec } from './plugin.ts';

/** What a graph is built for: the width of the last layer, the height and width of the input, the model's own choices. */
export interface Dimensions {
  readonly classes: number;
  readonly size: number;
  readonly config: Config;
}

export interface BuiltModel {
  /** The graph of the logits; auxiliary heads are no part of it. */
  readonly graph: Graph;
  readonly logits: Value;
  readonly auxiliary: Heads['auxiliary'];
  /** In state_dict order, auxiliary heads included. */
  readonly parameters: readonly ParameterSpec[];
  /** Names of the parameters that only auxiliary heads use: a weights file may lack them. */
  readonly auxiliaryNames: ReadonlySet<string>;
}

/** The model as its spec has it, where nobody chooses otherwise. */
export function defaults(spec: ModelSpec): Dimensions {
  return { classes: spec.classes, size: spec.input.size, config: readConfig('the model', spec, {}) };
}

/** The caller's choices with the model's defaults. Throws UsageError 'invalid_argument'. */
export function readConfig(name: string, spec: ModelSpec, given: unknown): Config {
  try {
    if (spec.config) return readAttributes(spec.config, given, name);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw new UsageError('invalid_argument', error.message.replace('attribute', 'config'), { cause: error });
  }
  const [first] = Object.keys(given ?? {});
  if (first !== undefined)
    throw new UsageError('invalid_argument', `${name}: there is no config ${first}, nor any other`);
  return {};
}

/** Throws GraphError for a model whose shapes do not fit together at this size, or that returns anything but logits. */
export function build(spec: ModelSpec, { classes, size, config }: Dimensions): BuiltModel {
  const scope = Scope.root();
  const built = spec.build(scope, input('image', ['n', spec.input.channels, size, size]), { ...config, classes });
  const { logits, auxiliary }: Heads = 'logits' in built ? built : { logits: built, auxiliary: {} };
  for (const head of [logits, ...Object.values(auxiliary).map(({ logits }) => logits)]) checkLogits(head, classes);
  const { parameters } = scope;
  const graph = graphOf({ logits });
  return { graph, logits, auxiliary, parameters, auxiliaryNames: onlyIn(auxiliary, graph, parameters) };
}

function checkLogits(logits: Value, classes: number): void {
  const expected = formatShape(['n', classes]);
  if (formatShape(logits.shape) === expected) return;
  throw new GraphError(
    'shape_mismatch',
    `the model must return its logits, ${expected}, and returns ${logits.name}, ${formatShape(logits.shape)}`,
  );
}

/** A head's parameters, with the counters of its batch norms, which no graph reads: everything under a path that only it uses. */
function onlyIn(
  auxiliary: Heads['auxiliary'],
  graph: Graph,
  parameters: readonly ParameterSpec[],
): ReadonlySet<string> {
  const used = new Set(graph.values);
  const heads = graphOf(Object.fromEntries(Object.entries(auxiliary).map(([name, { logits }]) => [name, logits])));
  const modules = new Set(
    heads.values.filter((value) => value.kind === 'parameter' && !used.has(value)).map(({ name }) => module(name)),
  );
  return new Set(parameters.filter(({ name }) => modules.has(module(name))).map(({ name }) => name));
}

/** The path of the module that declared a parameter. */
function module(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
