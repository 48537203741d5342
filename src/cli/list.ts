// `convoke list`: the models there are.

import { registry } from '../index.ts';
import { nearest } from '../registry/nearest.ts';
import { table } from '../registry/table.ts';
import { UsageError } from '../runtime/errors.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { print, printJson, short } from './output.ts';

interface Row {
  readonly name: string;
  readonly parameters: number;
  readonly macs: number;
  readonly top1: number | null;
}

const orders: Readonly<Record<'given' | NonNullable<Arguments['sort']>, (a: Row, b: Row) => number>> = {
  given: () => 0,
  name: (a, b) => (a.name < b.name ? -1 : 1),
  params: (a, b) => a.parameters - b.parameters,
  macs: (a, b) => a.macs - b.macs,
  top1: (a, b) => (b.top1 ?? 0) - (a.top1 ?? 0),
};

export async function list({ operands, sort, json }: Arguments): Promise<number> {
  const [pattern = '*', ...more] = operands;
  if (more.length > 0) throw wrongUsage(`list takes one PATTERN, and was given ${operands.length}: quote what has a *`);
  const names = registry.list(pattern.includes('*') ? pattern : `*${pattern}*`);
  if (names.length === 0) {
    const close = nearest(pattern, registry.list());
    const hint = close.length > 0 ? `; did you mean ${close.join(', ')}?` : '';
    throw new UsageError('unknown_model', `no model is called '${pattern}'${hint}`);
  }
  const models = names.map((name) => {
    const { family, input, classes, weights } = registry.info(name);
    const { parameters, macs } = registry.describe(name);
    const entry = weights.find((entry) => entry.default);
    const { top1 = null } = entry?.accuracy?.imagenet1k ?? {};
    return { name, family, input, classes, parameters, macs, weights: entry?.id ?? null, top1 };
  });
  models.sort(orders[sort ?? 'given']);
  if (json) {
    printJson(models);
    return 0;
  }
  const rows = models.map(({ name, input, parameters, macs, weights, top1 }) => [
    name,
    `${input.channels} x ${input.size} x ${input.size}`,
    short(parameters),
    short(macs),
    top1 === null ? '' : `${top1.toFixed(1)} %`,
    weights ?? 'none published',
  ]);
  const head = ['model', 'input', 'parameters', 'multiply-adds', 'top-1', 'default weights'];
  print(table(head, rows, 'llrrrl'));
  return 0;
}
