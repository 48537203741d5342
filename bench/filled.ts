// Networks filled from their parameters' names, as tests fill them: nothing has been learnt, but batch norms hold the signals. As networks
// are initialised, these die away or grow from layer to layer, beyond what half precision holds.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../src/runtime/errors.ts';
import { type Tensor, tensor } from '../src/runtime/tensor.ts';
import type { StateDict } from '../src/weights/tensors.ts';
import { fillImage, fillParameter } from '../test/support/fill.ts';
import { buildModel } from '../test/support/models.ts';
import { root } from './report.ts';

/** The head of a file of the tests' reference values. */
interface Filled {
  readonly model: string;
  readonly input: readonly [number, number, number, number];
  readonly numClasses: number;
  readonly transformInput: boolean;
  /** By batch norm: the power of two that its inputs have. */
  readonly bnExp: Readonly<Record<string, number>>;
}

export interface FilledNetwork {
  readonly name: string;
  readonly size: number;
  readonly classes: number;
  readonly images: Tensor;
  state(): StateDict;
}

/** One for each network that the folder has files of, at its smallest size. Throws UsageError where there are none. */
export function filledNetworks(folder: string): readonly FilledNetwork[] {
  const path = resolve(process.env.INIT_CWD ?? root, folder);
  const files = readdirSync(path).filter((file) => file.endsWith('.json'));
  const heads = files.map((file) => JSON.parse(readFileSync(join(path, file), 'utf8')) as Filled);
  const smallest = new Map<string, Filled>();
  for (const head of heads.filter(({ transformInput }) => !transformInput))
    if (head.input[2] < (smallest.get(head.model)?.input[2] ?? Infinity)) smallest.set(head.model, head);
  if (smallest.size === 0) throw new UsageError('invalid_argument', `--filled: ${folder} has no such files`);
  return [...smallest.values()].map(networkOf);
}

function networkOf({ model, input, numClasses, bnExp }: Filled): FilledNetwork {
  const [, , size] = input;
  return {
    name: model,
    size,
    classes: numClasses,
    images: tensor(fillImage(input), input),
    state() {
      const { parameters } = buildModel(model, { size, classes: numClasses });
      const entries = parameters.map(({ name, shape }) => [name, { shape, data: fillParameter(name, shape, bnExp) }]);
      return Object.fromEntries(entries) as StateDict;
    },
  };
}
