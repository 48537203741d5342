// What is known of a model without a device: parameters, multiply-adds and bytes, against torchvision's published figures.

import { describe, expect, it } from 'vitest';
import { defineModels, layers, Registry, registry } from '../../src/index.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface HubFacts {
  readonly models: Record<
    string,
    {
      readonly state: { readonly params: number };
      readonly weights: Record<
        string,
        { readonly numParams: number; readonly gflops: number; readonly transform: { crop: number } }
      >;
    }
  >;
}

const facts = await sharedJson<HubFacts>('oracle/hub-facts.json');
const published = registry.list().filter((name) => facts?.models[name]);

describe('the published figures', () => {
  if (!facts) it('are those of torchvision', (context) => context.skip(SHARED_MISSING));

  it.each(published)('of %s: parameters', (name) => {
    const { state, weights } = facts!.models[name]!;
    const { parameters, withHeads } = registry.describe(name);
    expect(withHeads?.parameters ?? parameters).toBe(state.params);
    // googlenet was published with its heads taken off, inception_v3 with them.
    const figure = name === 'inception_v3' ? withHeads?.parameters : parameters;
    for (const { numParams } of Object.values(weights)) expect(numParams).toBe(figure);
  });

  it.each(published)('of %s: multiply-adds', (name) => {
    // torchvision gives three decimals, and counts at the crop of each entry.
    const { size } = registry.info(name).input;
    const entries = Object.values(facts!.models[name]!.weights).filter(({ transform }) => transform.crop === size);
    expect(entries.length).toBeGreaterThan(0);
    const { macs } = registry.describe(name);
    for (const { gflops } of entries) expect(Math.round(macs / 1e6) / 1e3).toBe(gflops);
  });

  it('cover every model that torchvision has', () => {
    expect(published.toSorted()).toEqual(Object.keys(facts?.models ?? {}).toSorted());
  });
});

describe('bytes', () => {
  const { conv2d, dropout, flatten, linear } = layers;
  const small = defineModels({
    family: 'small',
    paper: 'none',
    models: {
      small_heads: {
        build: (net, image, { classes }) => {
          const x = conv2d(net.at('conv'), image, { out: 2, kernel: 1 });
          const features = flatten(net.at('flatten'), x);
          const logits = linear(net.at('fc'), dropout(net.at('drop'), features, 0.5), classes);
          return { logits, auxiliary: { aux: { logits: linear(net.at('aux'), features, classes), weight: 0.3 } } };
        },
        input: { channels: 1, size: 4, minSize: 4 },
        classes: 3,
        weights: [],
      },
    },
  });

  it('count what is made, with and without the heads', () => {
    const description = new Registry([small]).describe('small_heads');
    const conv = 2 + 2;
    const fc = 32 * 3 + 3;
    expect(description).toMatchObject({
      parameters: conv + fc,
      weightBytes: 4 * (conv + fc),
      macs: 2 * 16 + 32 * 3,
      // conv and fc: flatten and dropout only pass on what they are given.
      activationBytes: 4 * (2 * 16 + 3),
      withHeads: { parameters: conv + 2 * fc, weightBytes: 4 * (conv + 2 * fc) },
    });
  });

  it('of a model without heads are one count', () => {
    expect(registry.describe('resnet18').withHeads).toBeNull();
  });
});
