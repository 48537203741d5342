// The contract of a model's definition, as checks that need no device: each throws UsageError 'invalid_plugin' or what broke.

import * as z from 'zod/mini';
import { compile, loadLate } from '../runtime/compile/compile.ts';
import { UsageError } from '../runtime/errors.ts';
import { formatShape, hasBatch, type Value } from '../runtime/graph/value.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import { planProgram } from '../runtime/plan/plan.ts';
import { type BuiltModel, build, type Dimensions, defaults, readConfig } from './build.ts';
import { classNames } from './classes/classes.ts';
import { fakeAdapters } from './fake_adapters.ts';
import type { Config, ModelSpec } from './plugin.ts';

export interface Check {
  readonly name: string;
  run(model: string, spec: ModelSpec): void | Promise<void>;
}

export const checks: readonly Check[] = [
  { name: 'builds at its own size, with as many logits as classes', run: (model, spec) => builds(model, spec, {}) },
  {
    name: 'builds at its smallest size',
    run: (model, spec) => builds(model, spec, { size: spec.input.minSize }),
  },
  { name: 'names its parameters as torch does', run: names },
  { name: 'takes another number of classes, which changes the head alone', run: changesHeadAlone },
  { name: 'builds with every choice of its config', run: choices },
  { name: 'has complete weights entries', run: entries },
  ...Object.entries(fakeAdapters).map(([adapter, facts]) => ({
    name: `compiles for ${adapter}, within its limits`,
    run: (_: string, spec: ModelSpec) => compiles(spec, facts),
  })),
];

const broken = (model: string, what: string): UsageError => new UsageError('invalid_plugin', `${model}: ${what}`);

/** The graph's own checks are made on the way; multiply-adds tell that it has a layer at all. */
function builds(model: string, spec: ModelSpec, given: Partial<Dimensions>): void {
  const { graph, auxiliary } = build(spec, { ...defaults(spec), ...given });
  const values = graph.values.filter((value) => value.operator && !hasBatch(value) && dependsOnImage(value));
  const [fixed] = values;
  if (fixed) throw broken(model, `${fixed.name} is ${formatShape(fixed.shape)}, without the batch's dimension`);
  if (!graph.values.some(({ kind }) => kind === 'input')) throw broken(model, 'its logits do not depend on the image');
  const macs = graph.values.reduce((sum, value) => sum + (value.operator?.macs(value) ?? 0), 0);
  if (macs <= 0) throw broken(model, 'it has no convolution and no linear layer');
  for (const [name, { weight }] of Object.entries(auxiliary))
    if (!(weight > 0)) throw broken(model, `the auxiliary head ${name} must have a positive weight, and has ${weight}`);
}

function dependsOnImage({ kind, inputs }: Value): boolean {
  return kind === 'input' || Object.values(inputs).some(hasBatch);
}

/** Modules and their parameters, with dots between: `layer1.0.conv1.weight`. That none is there twice, the scope sees to. */
function names(model: string, spec: ModelSpec): void {
  const { parameters } = build(spec, defaults(spec));
  const wrong = parameters.find(({ name }) => !/^[^\s.]+(\.[^\s.]+)*$/.test(name));
  if (wrong) throw broken(model, `no parameter of torch is called '${wrong.name}'`);
}

function changesHeadAlone(model: string, spec: ModelSpec): void {
  const one = build(spec, defaults(spec));
  const classes = spec.classes > 1 ? spec.classes - 1 : 2;
  const other = build(spec, { ...defaults(spec), classes });
  const shapes = new Map(other.parameters.map(({ name, shape }) => [name, shape]));
  const changed = one.parameters.filter(({ name, shape }) => `${shapes.get(name)}` !== `${shape}`);
  const odd = changed.find(({ name, shape: [first, ...rest] }) => {
    const [now, ...others] = shapes.get(name) ?? [];
    return first !== spec.classes || now !== classes || `${rest}` !== `${others}`;
  });
  if (odd)
    throw broken(
      model,
      `${odd.name} ${formatShape(odd.shape)} changes with the number of classes, and no head's does so`,
    );
  if (one.parameters.length !== other.parameters.length)
    throw broken(model, 'it has other parameters with another number of classes');
}

/** Every value of every choice that has a list of them, the others at their defaults. */
function choices(model: string, spec: ModelSpec): void {
  const usual = defaults(spec);
  for (const [name, values] of Object.entries(choicesOf(spec)))
    for (const value of values)
      try {
        const config = readConfig(model, spec, { [name]: value });
        build(spec, { ...usual, config });
      } catch (cause) {
        const text = cause instanceof Error ? cause.message : String(cause);
        throw new UsageError('invalid_plugin', `${model}: with config ${name} ${value}: ${text}`, { cause });
      }
}

/** What a schema lists: the words of an enum, true and false. */
function choicesOf({ config }: ModelSpec): Readonly<Record<string, readonly Config[string][]>> {
  if (!(config instanceof z.ZodMiniObject)) return {};
  const listed = Object.entries(config.def.shape).map(([name, field]) => [name, valuesOf(field)] as const);
  return Object.fromEntries(listed);
}

function valuesOf(field: unknown): readonly Config[string][] {
  if (field instanceof z.ZodMiniDefault) return valuesOf(field.def.innerType);
  if (field instanceof z.ZodMiniEnum) return Object.values(field.def.entries);
  if (field instanceof z.ZodMiniBoolean) return [true, false];
  return [];
}

/** Beyond what the schema says: that an entry's labels are there, and that the model builds as the entry has it. */
async function entries(model: string, spec: ModelSpec): Promise<void> {
  const { weights, input } = spec;
  if (weights.length > 1 && !weights.some((entry) => entry.default))
    throw broken(model, 'none of its weights entries is the default');
  for (const { id, preprocess, classes, config = {}, accuracy = {} } of weights) {
    const wrong = (what: string) => broken(model, `weights entry ${id}: ${what}`);
    if (!/^\w+$/.test(id)) throw wrong('its id must be letters, digits and underscores');
    const labels = await classNames(classes);
    if (labels.some((label) => label === '')) throw wrong('a label is empty');
    if (preprocess.crop < input.minSize)
      throw wrong(`crop ${preprocess.crop} is below the smallest size ${input.minSize}`);
    if (preprocess.std.some((std) => !(std > 0))) throw wrong(`std must be positive, and is ${preprocess.std}`);
    for (const [set, { top1 = 0, top5 = 100 }] of Object.entries(accuracy))
      if (top1 < 0 || top1 > top5 || top5 > 100) throw wrong(`accuracy on ${set} must be per cent, top-1 below top-5`);
    const built: BuiltModel = build(spec, {
      classes: labels.length,
      size: preprocess.crop,
      config: readConfig(model, spec, config),
    });
    if (built.parameters.length === 0) throw wrong('the model has no parameters to load');
  }
}

async function compiles(spec: ModelSpec, facts: AdapterFacts): Promise<void> {
  const { graph } = build(spec, defaults(spec));
  await loadLate(graph, facts);
  planProgram(compile(graph, facts), facts, { batch: 1 });
}
