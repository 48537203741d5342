// What training needs of the runtime: something that keeps a step's variables and runs it. The registry makes it of a device.

import type { Preprocess } from '../image/preprocess_spec.ts';
import type { BuiltModel } from '../registry/build.ts';
import type { Choices } from '../runtime/compile/choices.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import type { Program } from '../runtime/plan/program.ts';
import type { NamedTensor, StateDict } from '../weights/tensors.ts';

import type { Answering } from './evaluate.ts';

export type Arrays = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** The place where a number that is none first came up. */
export interface Origin {
  readonly layer: string;
  readonly operator: string;
}

/** A step's program with its variables on the GPU. */
export interface Engine {
  /** One run: inputs and outputs by name. */
  run(batch: number, inputs: Arrays): Promise<Arrays>;
  /** What a variable holds now. */
  variable(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** Runs once more, dispatch by dispatch, and says which made the first NaN or infinity; null if none did. */
  firstNonFinite(batch: number, inputs: Arrays): Promise<Origin | null>;
  dispose(): void;
}

/** A model that can be trained: what `registry.load` gives, seen from here. */
export interface Trainable {
  readonly name: string;
  readonly facts: AdapterFacts;
  /** With its auxiliary heads. */
  readonly built: BuiltModel;
  /** Parameters that stay as they are. */
  readonly frozen: ReadonlySet<string>;
  /** All weights, in state_dict order, as they are when training begins. */
  readonly state: StateDict;
  readonly preprocess: Preprocess;
  /** Which kernels have proved best on this adapter. */
  readonly choices: Choices;
  readonly classNames: readonly string[] | null;
  /** The model that answers with what was learnt so far. */
  readonly answering: Answering;
  /** Bytes of GPU memory that a plan for this batch takes. */
  peakBytes(program: Program, batch: number): number;
  open(program: Program, variables: Iterable<NamedTensor>): Promise<Engine>;
  /** Called when the weights on the GPU are newer than the model's: `fetch` gives them when they are next asked for. */
  stale(fetch: () => Promise<StateDict>): void;
}
