// The contract every operator fulfils: attributes, shape rule, cost, and the kernels that may serve a call.

import type * as z from 'zod/mini';
import { GraphError } from '../runtime/errors.ts';
import { type Attributes, formatShape, type Shape, type Value } from '../runtime/graph/value.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import type { ImageNeeds, Layout } from '../runtime/plan/layout.ts';
import type { BufferRef, Step } from '../runtime/plan/program.ts';
import { readAttributes } from './attributes.ts';

export type Inputs = Readonly<Record<string, Value>>;

/** One use of an operator, on one adapter. */
export interface Call<A = Attributes> {
  readonly value: Value;
  readonly inputs: Inputs;
  readonly attributes: A;
  readonly facts: AdapterFacts;
  /** Channels of activations are padded to a multiple of this. */
  readonly block: number;
  /** Names of the inputs that differ from run to run. Where it is not known, parameters are taken for such as never change. */
  readonly changing?: ReadonlySet<string>;
  /** Images of pixels are stored as f16, and so are weights that never change. */
  readonly half?: boolean;
}

/** Where a kernel finds its buffers and leaves its dispatches. */
export interface Emitter {
  /** The memory of an input by its name; throws when the call has no such input. */
  input(name: string): BufferRef;
  readonly output: BufferRef;
  /** Memory of the kernel's own. It counts as computed from `inputs` for hoisting by what is written into it. */
  scratch(name: string, layout: Layout): BufferRef;
  step(step: Omit<Step, 'layer' | 'operator'>): void;
}

/** A way to compute an operator. The first of an operator's list serves every call. */
export interface Candidate<A = Attributes> {
  readonly name: string;
  /** 0: cannot serve this call here. Otherwise the higher figure wins; the plain kernel says 1. */
  suits(call: Call<A>): number;
  /** What it asks of how its image inputs lie in memory. */
  needs?(call: Call<A>): Readonly<Record<string, Partial<ImageNeeds>>>;
  emit(call: Call<A>, emitter: Emitter): void;
  /** Where it adds up other terms than the definition's: how many times their magnitude, for inputs that are all about as large; else 0. */
  growth?(): number;
  /** Bytes of GPU memory that it keeps beside what the weights themselves take. */
  extraBytes?(call: Call<A>): number;
  /** For kernels that few adapters or few networks want: they serve once this has been awaited. Others leave them undownloaded. */
  readonly late?: { wanted(facts: AdapterFacts, value: Value): boolean; load(): Promise<void> };
}

export interface Operator<A = Attributes> {
  readonly name: string;
  /** Input names in order; a trailing `?` marks one that may be absent, `...` any number named 0, 1, 2. */
  readonly inputs: readonly string[];
  /** Whether the kernels take `activation` and a residual input into their epilogue. */
  readonly epilogue: boolean;
  readonly kernels: readonly Candidate<A>[];
  /** Inputs, all of them parameters, that the kernels change in place; the result is the first of these, as it is then. */
  readonly writes?: readonly string[];
  /** The result lies in f32 even where images are in half precision: too few digits would be left of what is made of it. */
  readonly exact?: boolean;
  /** Multiply-adds for one image, as torchvision counts them: convolutions and linear layers only. */
  macs(value: Value): number;
  /** The layout under which the input's own memory is this operator's result, if nothing needs to move. */
  view?(value: Value, input: Layout): Layout | null;
  /** What inference computes in the place of this value, whose inputs have been rewritten already; undefined to keep it. */
  rewrite?(value: Value): Value | undefined;
  /** Some channels of this value, computed without the others. */
  sliced?(value: Value, from: number, to: number, name: string): Value;
}

interface Definition<S extends z.ZodMiniType<Attributes>> {
  readonly name: string;
  readonly attributes: S;
  readonly inputs: readonly string[];
  readonly epilogue?: boolean;
  readonly writes?: readonly string[];
  readonly exact?: boolean;
  /** Shape of the result, or a thrown GraphError; `fail` words it with the operator's and the node's name. */
  shape(inputs: Inputs, attributes: z.infer<S>, fail: (what: string) => GraphError): Shape;
  readonly kernels: readonly Candidate<z.infer<S>>[];
  macs?(value: Value): number;
  view?: Operator['view'];
  rewrite?: Operator['rewrite'];
  sliced?: Operator['sliced'];
}

export interface DefinedOperator<S extends z.ZodMiniType<Attributes>> extends Operator<z.infer<S>> {
  /** Applies the operator. Throws GraphError naming the operator, the node, what was expected and what came. */
  of(inputs: Readonly<Record<string, Value | undefined>>, attributes: z.input<S>, name: string): Value;
}

export function defineOp<S extends z.ZodMiniType<Attributes>>(definition: Definition<S>): DefinedOperator<S> {
  const { name, shape, attributes: schema, epilogue = false, macs = () => 0 } = definition;
  const operator: DefinedOperator<S> = {
    ...definition,
    epilogue,
    macs,
    of(given, attributes, node) {
      const fail = (what: string) => new GraphError('shape_mismatch', `${name}(${node}): ${what}`);
      const parsed = readAttributes(schema, attributes, `${name}(${node})`);
      const inputs = Object.fromEntries(Object.entries(given).flatMap(([key, input]) => (input ? [[key, input]] : [])));
      checkInputs(definition.inputs, inputs, fail);
      return {
        kind: 'operator',
        name: node,
        operator,
        inputs,
        attributes: parsed,
        shape: shape(inputs, parsed, fail),
      };
    },
  };
  return operator;
}

function checkInputs(names: readonly string[], inputs: Inputs, fail: (what: string) => GraphError): void {
  const keys = Object.keys(inputs);
  const expected = names.flatMap((name) => (name === '...' ? keys.filter(isNumber).map((_, i) => String(i)) : [name]));
  for (const name of expected) if (!name.endsWith('?') && !inputs[name]) throw fail(`input ${name} is missing`);
  const known = new Set(expected.map((name) => name.replace('?', '')));
  for (const key of keys) if (!known.has(key)) throw fail(`there is no input ${key}`);
}

function isNumber(key: string): boolean {
  return /^\d+$/.test(key);
}

/** The input as an activation of the given rank, or an error that shows what came. */
export function activation(inputs: Inputs, name: string, rank: number, fail: (what: string) => GraphError): Value {
  const value = inputs[name];
  if (!value) throw fail(`input ${name} is missing`);
  if (value.shape.length !== rank || value.shape[0] !== 'n')
    throw fail(`${name} must have ${rank} dimensions, the first being the batch, and is ${formatShape(value.shape)}`);
  return value;
}
