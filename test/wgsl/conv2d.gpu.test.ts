// Every convolution kernel against the float64 reference, and against torch's numbers.

import { describe, expect, it } from 'vitest';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import { conv2d } from '../../src/wgsl/conv2d/conv2d.ts';
import { apply, boundOf, candidates, filled, runValue, type TestTensor, worst } from '../support/operators.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface OracleCase {
  name: string;
  op: string;
  attrs: {
    stride: [number, number];
    pad: [number, number, number, number];
    dilation: [number, number];
    groups: number;
  };
  inputs: Record<string, [number[], number, number]>;
  out: { y: { shape: number[]; data: number[] } };
}

describe('conv2d', async () => {
  const oracle = await sharedJson<{ cases: OracleCase[] }>('oracle/data/ops/conv.json');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));

  it.each(oracle?.cases.filter(({ op }) => op === 'conv2d') ?? [])('$name', async ({ name, attrs, inputs, out }) => {
    const tensor = (key: string, parameter: boolean): TestTensor =>
      filled(`${name}/${key}`, ...inputs[key]!, parameter);
    const tensors = {
      x: tensor('x', false),
      w: tensor('w', true),
      ...(inputs.b && { bias: tensor('b', true) }),
    };
    const attributes = { stride: attrs.stride, padding: attrs.pad, dilation: attrs.dilation, groups: attrs.groups };
    const reference = conv2dReference(tensors, attributes);
    const bound = boundOf(reference);
    expect(reference.shape).toEqual(out.y.shape);
    expect(worst(out.y.data, reference.y, bound)).toBeNull();
    const value = apply(conv2d, tensors, attributes);
    for (const kernel of await candidates(value)) {
      const run = await runValue(value, tensors, kernel);
      expect(run.shape, kernel).toEqual(reference.shape);
      expect(worst(run.y, reference.y, bound), kernel).toBeNull();
      expect(run.strayWrites, kernel).toBe(0);
    }
  });
});
