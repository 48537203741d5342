// Models that torchvision does not have: every operator of theirs on the GPU against its reference, and the whole in float64.

import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/registry/plugin.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import type { Tensor } from '../../src/wgsl/shared/reference.ref.ts';
import { fillImage, fillParameter } from '../support/fill.ts';
import { interpret, interpretValue } from '../support/interpret.ts';
import { buildModel, moduleOutput } from '../support/models.ts';
import { plainKernels } from '../support/nets.ts';
import { boundOf, worst } from '../support/operators.ts';
import { runGraph } from '../support/run_model.ts';

interface Case {
  readonly name: string;
  readonly config?: Config;
  /** The smallest that the model takes. */
  readonly size: number;
  readonly batch: number;
  /** The last module, where the layers behind it are those of other models. */
  readonly until?: string;
}

const cases: readonly Case[] = [
  { name: 'lenet5', config: { activation: 'sigmoid', pooling: 'max' }, size: 28, batch: 2 },
  { name: 'lenet5_1998', size: 32, batch: 3 },
  { name: 'alexnet_2012', size: 67, batch: 2 },
  { name: 'alexnet_bn', size: 67, batch: 2, until: 'features' },
  { name: 'zfnet', size: 64, batch: 2, until: 'features' },
  { name: 'resnet20', config: { shortcut: 'A' }, size: 12, batch: 2 },
  { name: 'resnet20', config: { shortcut: 'B' }, size: 12, batch: 2 },
  { name: 'inception_v1', size: 31, batch: 1 },
  { name: 'vgg11_lrn', size: 32, batch: 1, until: 'features.4' },
  { name: 'vgg16_1x1', size: 32, batch: 1, until: 'features.16' },
];

describe('without an oracle', () => {
  it.for(cases)('$name of $size pixels', async ({ name, config, size, batch, until }) => {
    const built = buildModel(name, { size, classes: 7, ...(config && { config }) });
    const end = until === undefined ? built.logits : moduleOutput(built, until);
    const graph = graphOf({ end });
    const channels = Number(graph.values.find(({ kind }) => kind === 'input')!.shape[1]);
    const input = [batch, channels, size, size] as const;
    const filled = new Map<Value, Tensor>();
    const given = (value: Value): Tensor => {
      const shape = value.kind === 'input' ? input : (value.shape as readonly number[]);
      const data = value.kind === 'input' ? fillImage(input) : fillParameter(value.name, shape);
      filled.set(value, { shape, data });
      return { shape, data };
    };
    const { end: exact } = interpret(graph, given);

    const made = graph.values.filter(({ kind, shape }) => kind === 'operator' && shape[0] === 'n');
    const names = new Map(made.map((value, i) => [value, `${i} ${value.name}`]));
    const every = graphOf({ end, ...Object.fromEntries([...names].map(([value, name]) => [name, value])) });
    const results = await runGraph(every, built, input, {}, plainKernels);
    const ready = (value: Value): Tensor => {
      const data = results[names.get(value) ?? ''];
      if (data) return { shape: value.shape.map((dim) => (dim === 'n' ? batch : dim)), data };
      const known = filled.get(value);
      if (known) return known;
      // What depends on parameters alone.
      const { shape, y } = interpretValue(value, inputsOf(value));
      return { shape, data: y };
    };
    const inputsOf = (value: Value): Record<string, Tensor> =>
      Object.fromEntries(Object.entries(value.inputs).map(([key, input]) => [key, ready(input)]));
    for (const value of made) {
      const reference = interpretValue(value, inputsOf(value));
      const label = `${value.operator!.name}(${value.name})`;
      expect(worst(ready(value).data, reference.y, boundOf(reference)), label).toBeNull();
    }

    // As users run it, fused and with other kernels: another float32 run, held to ten times what this one is off.
    const { end: fused } = await runGraph(graph, built, input);
    const off = distance(results.end!, exact!.data);
    const largest = distance(exact!.data, new Float64Array(exact!.data.length));
    const bound = new Float64Array(fused!.length).fill(Math.max(10 * off, 1e-6 * largest));
    expect(worst(fused!, exact!.data, bound)).toBeNull();
  });
});

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
