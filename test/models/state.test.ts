// The state_dict of every built-in model against torchvision's: names, shapes, order, sizes and published weights.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { builtin } from '../../src/models/builtin.ts';
import { Registry } from '../../src/registry/registry.ts';
import type { ParameterSpec } from '../../src/runtime/graph/scope.ts';
import type { WeightsSource } from '../../src/weights/manifest.ts';
import { buildModel, models } from '../support/models.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface HubFacts {
  models: Record<
    string,
    {
      default: string;
      state: { tensors: number; params: number; stateSha256: string };
      weights: Record<
        string,
        {
          path: string;
          sha256Prefix: string;
          acc1: number | null;
          acc5: number | null;
          minSize: [number, number];
          categories: number;
          transform: Record<string, unknown>;
          transformInput?: boolean;
          hf?: string;
        }
      >;
    }
  >;
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const trained = (parameters: readonly ParameterSpec[]) =>
  parameters.filter(({ role }) => role === 'weight').reduce((sum, { shape }) => sum + product(shape), 0);

const facts = await sharedJson<HubFacts>('oracle/hub-facts.json');
const published = Object.keys(facts?.models ?? {}).filter((name) => models[name]);

it('the built-in families fulfil the contract and share no name', () => {
  expect(new Registry(builtin).list()).toEqual(Object.keys(models));
});

describe('torchvision', () => {
  if (!facts) it('has the same models', (context) => context.skip(SHARED_MISSING));

  it.each(published)('%s has the same names and shapes in the same order', (name) => {
    const { state } = facts!.models[name]!;
    const { parameters } = buildModel(name);
    const lines = parameters.map(({ name, shape }) => `${name}:${shape.join('x')}\n`);
    expect(parameters).toHaveLength(state.tensors);
    expect(trained(parameters)).toBe(state.params);
    expect(createHash('sha256').update(lines.join('')).digest('hex')).toBe(state.stateSha256);
  });

  it.each(published)('%s has the same published weights', (name) => {
    const { weights, default: standard } = facts!.models[name]!;
    const spec = models[name]!;
    const expected = Object.entries(weights).map(([id, entry]) => ({
      id,
      default: id === standard,
      sources: [
        ...(entry.hf ? [{ kind: 'huggingface', repo: entry.hf, file: 'model.safetensors' }] : []),
        { kind: 'torchvision', path: entry.path, sha256Prefix: entry.sha256Prefix },
      ],
      preprocess: entry.transform,
      classes: 'imagenet1k',
      ...(entry.transformInput && { config: { transformInput: true } }),
      // What only has features was never measured.
      ...(entry.acc1 !== null && { accuracy: { imagenet1k: { top1: entry.acc1, top5: entry.acc5 } } }),
      licence: id.includes('SWAG') ? 'CC-BY-NC-4.0' : 'BSD-3-Clause',
    }));
    const unnamed = ({ rename, reshape, drop, ...source }: WeightsSource) => source;
    expect(spec.weights.map((entry) => ({ ...entry, sources: entry.sources.map(unnamed) }))).toEqual(expected);
    for (const { categories, minSize } of Object.values(weights)) {
      expect(categories === 0 || categories === spec.classes).toBe(true);
      expect([spec.input.minSize, spec.input.minSize]).toEqual(minSize);
    }
  });

  it('has no model of these families that is missing here', () => {
    const families =
      /^(resne|wide_resnet|alexnet|vgg|squeezenet|mobilenet|shufflenet|mnasnet|efficientnet|regnet|convnext|googlenet|inception|densenet)/;
    const theirs = Object.keys(facts?.models ?? {}).filter((name) => families.test(name));
    expect(theirs.filter((name) => !models[name])).toEqual([]);
  });
});

describe('the oracle', () => {
  const oracles = ['resnet18', 'resnet50', 'resnext50_32x4d', 'lenet5', 'lenet5_relu'];
  const mobile = ['mobilenet_v2', 'mobilenet_v3_small', 'mobilenet_v3_large', 'shufflenet_v2_x1_0', 'mnasnet0_5'];
  const concatenated = ['googlenet', 'inception_v3', 'densenet121'];
  it.for([...oracles, ...mobile, ...concatenated])('%s', async (name, context) => {
    const state = await sharedJson<{ numParams: number; tensors: [string, number[]][] }>(
      `oracle/data/state/${name}.json`,
    );
    if (!state) return context.skip(SHARED_MISSING);
    const { parameters } = buildModel(name);
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual(state.tensors);
    expect(trained(parameters)).toBe(state.numParams);
  });
});

describe('initial values', () => {
  const initOf = (model: string, name: string) =>
    buildModel(model).parameters.find((parameter) => parameter.name === name)?.init;

  it('of a residual net are those of torchvision', () => {
    expect(initOf('resnet18', 'conv1.weight')).toEqual({ law: 'normal', std: Math.sqrt(2 / (64 * 49)) });
    // fan_out counts all output channels, whatever the groups.
    expect(initOf('resnext50_32x4d', 'layer1.0.conv2.weight')).toEqual({
      law: 'normal',
      std: Math.sqrt(2 / (128 * 9)),
    });
    expect(initOf('resnet18', 'fc.weight')).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(512) });
    expect(initOf('resnet18', 'fc.bias')).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(512) });
    expect(initOf('resnet18', 'bn1.weight')).toEqual({ law: 'constant', value: 1 });
    expect(initOf('resnet18', 'bn1.bias')).toEqual({ law: 'constant', value: 0 });
    expect(initOf('resnet18', 'bn1.running_var')).toEqual({ law: 'constant', value: 1 });
  });

  it('of GoogLeNet, Inception and DenseNet are those of torchvision', () => {
    expect(initOf('googlenet', 'inception3a.branch1.conv.weight')).toEqual({ law: 'normal', std: 0.01 });
    expect(initOf('googlenet', 'aux1.fc1.weight')).toEqual({ law: 'normal', std: 0.01 });
    expect(initOf('googlenet', 'fc.bias')).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(1024) });
    expect(initOf('inception_v3', 'Mixed_5b.branch1x1.conv.weight')).toEqual({ law: 'normal', std: 0.1 });
    expect(initOf('inception_v3', 'AuxLogits.fc.weight')).toEqual({ law: 'normal', std: 0.001 });
    expect(initOf('densenet121', 'features.conv0.weight')).toEqual({ law: 'normal', std: Math.sqrt(2 / (3 * 49)) });
    expect(initOf('densenet121', 'classifier.bias')).toEqual({ law: 'constant', value: 0 });
    expect(initOf('inception_v1', 'conv2.weight')).toEqual({ law: 'uniform', bound: Math.sqrt(3 / 64) });
    expect(initOf('inception_v1', 'conv2.bias')).toEqual({ law: 'constant', value: 0.2 });
    expect(initOf('inception_v1', 'fc.bias')).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(1024) });
  });

  it('of LeNet are those of torch', () => {
    expect(initOf('lenet5', 'conv2.weight')).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(6 * 25) });
    expect(initOf('lenet5', 'conv2.bias')).toEqual({ law: 'uniform', bound: 1 / Math.sqrt(6 * 25) });
  });
});

it('only the counters of batches may be absent from a file', () => {
  const optional = Object.keys(models).flatMap((name) =>
    buildModel(name).parameters.filter(({ optional, name }) => optional !== name.endsWith('.num_batches_tracked')),
  );
  expect(optional).toEqual([]);
});
