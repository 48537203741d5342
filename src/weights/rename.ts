// Files that name their tensors otherwise than the model does: rules, kept as data beside a source, and a reader with them applied.

import { WeightsError } from '../runtime/errors.ts';
import type { TensorInfo, TensorReader } from './tensors.ts';

/**
 * Rules from a file's names to the model's. Patterns are regular expressions with the flag `u`, found anywhere in a name
 * unless they say `^` or `$`, and case matters.
 */
export interface Naming {
  /** Tensors that the model has no use for, by the file's name: left out. */
  readonly drop?: readonly string[] | undefined;
  /** Pattern and replacement (`$1` is its first group), in order; each works on what the one before gave. */
  readonly rename?: readonly (readonly [pattern: string, replacement: string])[] | undefined;
  /** By the new name: a shape of as many elements, in which one -1 stands for what is left. The first that matches counts. */
  readonly reshape?: readonly (readonly [pattern: string, shape: readonly number[]])[] | undefined;
}

/**
 * The same tensors under the model's names, in the file's order. Takes over `reader`, and closes it when it throws.
 * Throws WeightsError `weights_mismatch` where two tensors get one name, or a shape does not come out.
 */
export async function renamed(reader: TensorReader, naming: Naming, source: string): Promise<TensorReader> {
  if (!naming.drop && !naming.rename && !naming.reshape) return reader;
  try {
    return wrap(reader, compiled(naming, source), source);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

type Rules = (tensor: TensorInfo) => TensorInfo | null;

function compiled({ drop = [], rename = [], reshape = [] }: Naming, source: string): Rules {
  const expression = (text: string): RegExp => new RegExp(text, 'u');
  const drops = drop.map(expression);
  const renames = rename.map(([from, to]) => [expression(from), to] as const);
  const reshapes = reshape.map(([of, shape]) => [expression(of), shape] as const);
  return (tensor) => {
    if (drops.some((one) => one.test(tensor.name))) return null;
    const name = renames.reduce((text, [from, to]) => text.replace(from, to), tensor.name);
    const target = reshapes.find(([of]) => of.test(name))?.[1];
    const shape = target ? reshaped(name, tensor.shape, target, source) : tensor.shape;
    return { name, dtype: tensor.dtype, shape };
  };
}

function wrap(reader: TensorReader, rules: Rules, source: string): TensorReader {
  const byOld = new Map<string, TensorInfo>();
  const oldNames = new Map<string, string>();
  for (const tensor of reader.tensors) {
    const info = rules(tensor);
    if (!info) continue;
    const other = oldNames.get(info.name);
    if (other !== undefined) {
      const problem = `${other} and ${tensor.name} would both be ${info.name}`;
      throw WeightsError.mismatch(`${source}: ${problem}`, [problem]);
    }
    oldNames.set(info.name, tensor.name);
    byOld.set(tensor.name, info);
  }
  return {
    tensors: [...byOld.values()],
    async *read(names) {
      const wanted = [...(names ?? oldNames.keys())].flatMap((name) => oldNames.get(name) ?? []);
      for await (const { name, data } of reader.read(new Set(wanted))) {
        const info = byOld.get(name);
        if (info) yield { name: info.name, shape: info.shape, data };
      }
    },
    close: () => reader.close(),
  };
}

function reshaped(name: string, shape: readonly number[], target: readonly number[], source: string): number[] {
  const elements = product(shape);
  const given = product(target.filter((length) => length >= 0));
  const result = target.map((length) => (length < 0 ? elements / given : length));
  const free = target.filter((length) => length < 0).length;
  if (free <= 1 && result.every(Number.isSafeInteger) && product(result) === elements) return result;
  const problem = `${name} is [${shape}], which cannot become [${target}]`;
  throw WeightsError.mismatch(`${source}: ${problem}`, [problem]);
}

const product = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);
