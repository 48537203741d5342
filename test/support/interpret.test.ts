// The interpreter, and with it all references together, against torch: whole models in float64 on both sides.

import { describe, expect, it } from 'vitest';
import { fillImage, fillParameter } from './fill.ts';
import { interpret } from './interpret.ts';
import { buildModel } from './models.ts';
import { worst } from './operators.ts';
import type { Filled } from './run_model.ts';
import { SHARED_MISSING, sharedJson } from './shared.ts';

describe('logits in float64', () => {
  it.for(['lenet5-28', 'lenet5_relu-28', 'squeezenet1_1-64', 'shufflenet_v2_x1_0-64', 'mobilenet_v3_small-64'])(
    "of %s are torch's",
    async (file, context) => {
      const oracle = await sharedJson<Filled & { logits: number[][] }>(`oracle/data/forward/${file}.json`);
      if (!oracle) return context.skip(SHARED_MISSING);
      const { model, input, numClasses, bnExp } = oracle;
      const { graph } = buildModel(model, { size: input[2], classes: numClasses });
      const { logits } = interpret(graph, ({ kind, name, shape }) =>
        kind === 'input'
          ? { shape: input, data: fillImage(input) }
          : { shape: shape as number[], data: fillParameter(name, shape as number[], bnExp) },
      );
      const expected = oracle.logits.flat().map(Math.fround);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // The oracle rounded to float32; float64 itself errs by far less, however the sums were ordered.
      const bound = expected.map((value) => 2 ** -24 * Math.abs(value) + 1e-12 * largest);
      expect(worst(logits!.data, expected, bound)).toBeNull();
    },
  );
});
