// One training step as a graph: the model, its losses, their gradients, and what these make of the weights.

import type { BuiltModel } from '../registry/build.ts';
import { differentiate } from '../runtime/compile/differentiate.ts';
import { type Keep, recompute } from '../runtime/compile/recompute.ts';
import { forwardForTraining } from '../runtime/compile/training.ts';
import { type Graph, graphOf } from '../runtime/graph/graph.ts';
import { input } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import { accumulate } from '../wgsl/optimizer/accumulate.ts';
import { average } from '../wgsl/optimizer/average.ts';
import { control } from '../wgsl/optimizer/control.ts';
import { STEP } from '../wgsl/optimizer/update.ts';
import { weightedSum } from '../wgsl/weighted_sum/weighted_sum.ts';
import type { Loss } from './losses.ts';
import type { Optimizer } from './optimizers.ts';
import { prefixes, type Variable, Variables } from './variables.ts';

export interface StepOptions {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly dropout: boolean;
  /** Whether targets are probabilities [n, classes], not class numbers [n, 1]. */
  readonly soft: boolean;
  /** Batches whose gradients are added up for one update. */
  readonly accumulate: number;
  readonly average: boolean;
  readonly frozen: ReadonlySet<string>;
  readonly facts: AdapterFacts;
  readonly keep: Keep;
}

export interface StepGraph {
  readonly graph: Graph;
  /** Beside the model's own parameters. */
  readonly variables: readonly Variable[];
  /** Names of the parameters that learn. */
  readonly trained: readonly string[];
  /** Names of running statistics that the step changes. */
  readonly statistics: readonly string[];
}

export function stepGraph(built: BuiltModel, options: StepOptions): StepGraph {
  const { loss, frozen, facts, soft } = options;
  const classes = built.logits.shape[1]!;
  const inputs = {
    target: input('target', ['n', soft ? classes : 1]),
    step: input('step', [STEP]),
    scale: input('loss_scale', [1]),
    random: input('random', [4]),
  };
  const weights = new Set(built.parameters.filter(({ role }) => role === 'weight').map(({ name }) => name));
  const learns = ({ kind, name }: Value) => kind === 'parameter' && weights.has(name) && !frozen.has(name);
  const heads = Object.fromEntries(Object.entries(built.auxiliary).map(([name, { logits }]) => [name, logits]));
  const forward = forwardForTraining(graphOf({ logits: built.logits, ...heads }), facts, {
    random: inputs.random,
    dropout: options.dropout,
    frozen: (parameter) => !learns(parameter),
  });
  const variables = new Variables(built.parameters);
  const total = totalLoss(forward, built, loss, inputs.target, variables);
  const learning = forward.values.filter(learns);
  const gradients = differentiate([{ of: total, gradient: inputs.scale }], new Set(learning));
  const given = learning.filter((parameter) => gradients.has(parameter)).reverse();
  const updates = update(given, gradients, inputs, variables, options);
  const graph = graphOf({ loss: total, logits: forward.outputs.logits!, control: updates.control }, [
    ...forward.effects,
    ...updates.effects,
  ]);
  const before = new Set(graphOf({ total }, forward.effects).values);
  return {
    graph: recompute(graph, before, options.keep),
    variables: variables.all,
    trained: [...new Set(given.map(({ name }) => name))],
    statistics: forward.effects.flatMap(
      ({ operator, inputs }) => operator?.writes?.map((key) => inputs[key]!.name) ?? [],
    ),
  };
}

/** The main loss and those of the auxiliary heads, each as often as its head says (Szegedy et al. 2014, section 5). */
function totalLoss(forward: Graph, built: BuiltModel, loss: Loss, target: Value, variables: Variables): Value {
  const constants = Object.fromEntries(
    Object.entries(loss.constants).map(([name, values]) => [
      name,
      variables.declare({ name: prefixes.constant + name, shape: [values.length], initial: values }),
    ]),
  );
  const of = (name: string) => loss.build(forward.outputs[name]!, target, constants, name);
  const names = Object.keys(built.auxiliary);
  if (names.length === 0) return of('logits');
  const losses = ['logits', ...names].map(of);
  const weights = [1, ...Object.values(built.auxiliary).map(({ weight }) => weight)];
  return weightedSum.of(Object.fromEntries(losses.entries()), { weights }, 'loss');
}

interface StepInputs {
  readonly step: Value;
  readonly scale: Value;
}

function update(
  parameters: readonly Value[],
  gradients: ReadonlyMap<Value, Value>,
  { step, scale }: StepInputs,
  variables: Variables,
  { optimizer, accumulate: batches, average: averages }: StepOptions,
): { control: Value; effects: Value[] } {
  const summed = parameters.map((parameter) => {
    const g = gradients.get(parameter)!;
    if (batches === 1) return g;
    const sum = variables.declareFor(prefixes.sum, parameter, 0);
    return accumulate.of({ sum, g, step }, {}, parameter.name);
  });
  const inputs = { step, scale, ...Object.fromEntries(summed.entries()) };
  const controls = control.of(inputs, { maxNorm: optimizer.clipNorm, batches }, 'control');
  const effects = parameters.flatMap((parameter, i): Value[] => {
    const state = Object.fromEntries(
      optimizer
        .state(parameter.name)
        .map(({ name, initial }) => [name, variables.declareFor(`${prefixes.optimizer}${name}.`, parameter, initial)]),
    );
    const next = optimizer.update(parameter, summed[i]!, state, { step, control: controls });
    if (!averages) return [next];
    const shadow = variables.declareFor(prefixes.average, parameter, { copyOf: parameter.name });
    return [average.of({ shadow, w: next, step, control: controls }, {}, parameter.name)];
  });
  return { control: controls, effects };
}
