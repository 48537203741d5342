// From a loaded model to one that is trained, and back: its steps on the device, and the weights they make in its runs.

import { firstNonFinite } from '../runtime/device/diagnose.ts';
import { Executor } from '../runtime/device/executor.ts';
import { readParameter } from '../runtime/device/read_parameter.ts';
import { choicesOf } from '../runtime/device/tuning.ts';
import { planProgram } from '../runtime/plan/plan.ts';
import type { Program } from '../runtime/plan/program.ts';
import type { Engine, Trainable } from '../training/engine.ts';
import type { Answering } from '../training/evaluate.ts';
import { Trainer, type TrainerOptions } from '../training/trainer.ts';
import { stateReader } from '../weights/bind.ts';
import type { NamedTensor, StateDict } from '../weights/tensors.ts';
import { build } from './build.ts';
import { fill } from './fill.ts';
import type { OpenedModel } from './model.ts';

// Whatever asks for gradients, in one part: each part more cuts what pages share into more pieces.
export { explain } from './explain.ts';
export { frozenNames } from './freeze.ts';

/** `stale` is called with what fetches the weights each time a step has changed them. */
export async function openTrainer(
  model: Answering,
  opened: OpenedModel,
  state: StateDict,
  options: TrainerOptions,
  stale: Trainable['stale'],
): Promise<Trainer> {
  const { device, definition, preprocess, classNames } = opened;
  const { spec, prepared, frozen } = definition;
  const { facts } = device;
  return new Trainer(
    {
      name: model.name,
      answering: model,
      facts,
      built: build(spec, prepared),
      frozen,
      state,
      preprocess,
      classNames,
      choices: await choicesOf(device),
      peakBytes: (program, batch) => planProgram(program, facts, { batch }).peakBytes,
      open: (program, variables) => openEngine(opened, program, variables),
      stale,
    },
    options,
  );
}

async function openEngine(
  { device }: OpenedModel,
  program: Program,
  variables: Iterable<NamedTensor>,
): Promise<Engine> {
  const executor = await Executor.load(device.acquired, device.pipelines, program, variables);
  return {
    run: (batch, inputs) => executor.run(batch, inputs),
    variable: (name) => readParameter(executor, name),
    firstNonFinite: (batch, inputs) => firstNonFinite(executor, batch, inputs),
    dispose: () => executor.dispose(),
  };
}

/**
 * The same model with the weights that `newer` fetches, its program and pipelines kept, and how to open it anew: `load` gives it
 * with the weights of old. The caller disposes of the executor of old.
 */
export async function renew(
  name: string,
  opened: OpenedModel,
  newer: () => Promise<StateDict>,
  load: () => Promise<OpenedModel>,
): Promise<{ readonly opened: OpenedModel; readonly reopen: () => Promise<OpenedModel> }> {
  const state = await newer();
  const reopen = async () => {
    const old = await load();
    old.executor.dispose();
    return adopt(name, old, state);
  };
  return { opened: await adopt(name, opened, state), reopen };
}

async function adopt(name: string, opened: OpenedModel, state: StateDict): Promise<OpenedModel> {
  const { device, definition } = opened;
  const { spec, prepared } = definition;
  const reader = stateReader(state, `the trained weights of ${name}`);
  const weights = { reader, entry: null, source: name };
  const executor = await fill(spec, prepared, weights, prepared.classes, device, {});
  return { ...opened, executor, weights: null, state: async () => stateReader(state) };
}
