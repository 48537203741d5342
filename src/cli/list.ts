// `convoke list`: the models there are.

import { registry } from '../index.ts';
import { nearest } from '../registry/nearest.ts';
import { table } from '../registry/table.ts';
import { UsageError } from '../runtime/errors.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { print, printJson, short } from './output.ts';

export async function list({ operands, json }: Arguments): Promise<number> {
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
  if (json) {
    printJson(models);
    return 0;
  }
  const rows = models.map(({ name, family, input, classes, parameters, macs, weights, top1 }) => [
    name,
    family,
    `${input.channels} x ${input.size} x ${input.size}`,
    `${classes}`,
    short(parameters),
    short(macs),
    top1 === null ? '' : `${top1.toFixed(1)} %`,
    weights ?? 'none published',
  ]);
  const head = ['model', 'family', 'input', 'classes', 'parameters', 'multiply-adds', 'top-1', 'weights'];
  print(table(head, rows, 'lllrrrrl'));
  return 0;
}
