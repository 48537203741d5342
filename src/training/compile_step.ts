// A training step's program within the budget: as much is kept for the backward pass as memory allows, the rest made again.

import { loadKernels } from '../runtime/compile/compile.ts';
import type { Keep } from '../runtime/compile/recompute.ts';
import { compileTraining } from '../runtime/compile/training.ts';
import { PlanError } from '../runtime/errors.ts';
import type { Program } from '../runtime/plan/program.ts';
import type { Trainable } from './engine.ts';
import type { Settings } from './options.ts';
import { stepGraph } from './step_graph.ts';
import type { Variable } from './variables.ts';

export interface CompiledStep {
  readonly program: Program;
  /** Everything that steps change. */
  readonly variables: readonly Variable[];
  /** Names of the inputs that the step reads. */
  readonly inputs: readonly string[];
  readonly soft: boolean;
  readonly keep: Keep;
}

// From what is fastest to what needs least memory.
const levels: readonly Keep[] = ['all', 'products', ...[1, 2, 4].map((everyCut) => ({ everyCut }))];

/** Throws PlanError 'over_budget' where not even the least of them fits. */
export async function compileStep(
  model: Trainable,
  settings: Settings,
  soft: boolean,
  batch: number,
): Promise<CompiledStep> {
  const { budgetBytes } = settings;
  let least = Number.POSITIVE_INFINITY;
  for (const keep of levels) {
    const step = await compileAt(model, settings, soft, keep);
    if (budgetBytes === undefined) return step;
    const bytes = model.peakBytes(step.program, batch);
    if (bytes <= budgetBytes) return step;
    least = Math.min(least, bytes);
  }
  throw new PlanError(
    'over_budget',
    `a training step of ${model.name} on a batch of ${batch} needs ${least} bytes of GPU memory even when it keeps least, the budget is ${budgetBytes}`,
  );
}

async function compileAt(model: Trainable, settings: Settings, soft: boolean, keep: Keep): Promise<CompiledStep> {
  const { built, facts, frozen, choices } = model;
  const { graph, variables, trained, statistics } = stepGraph(built, {
    loss: settings.loss,
    optimizer: settings.optimizer,
    dropout: settings.dropout,
    accumulate: settings.accumulate,
    average: settings.average !== null,
    soft,
    frozen,
    facts,
    keep,
  });
  await loadKernels(graph, facts, choices.kernels);
  const program = compileTraining(graph, facts, settings.precision, choices.choose);
  const own = built.parameters
    .filter(({ name }) => trained.includes(name) || statistics.includes(name))
    .map(({ name, shape }): Variable => ({ name, shape, initial: { copyOf: name } }));
  return { program, variables: [...own, ...variables], inputs: Object.keys(program.inputs), soft, keep };
}
