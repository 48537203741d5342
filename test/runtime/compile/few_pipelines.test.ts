// How many pipelines a network gets by with on drivers that run on a CPU, where each takes up to seconds to compile, and how much memory.

import { expect, it } from 'vitest';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { planProgram } from '../../../src/runtime/plan/plan.ts';
import { kernelKey } from '../../../src/wgsl/kernel.ts';
import { lavapipe, swiftshader } from '../../support/facts.ts';
import { buildModel } from '../../support/models.ts';

it.each(['resnet18', 'resnet50', 'densenet121', 'mobilenet_v2'])('%s has no more than twelve', (name) => {
  const { graph } = buildModel(name);
  for (const facts of [lavapipe, swiftshader]) {
    const { load, run } = compile(graph, facts);
    const pipelines = new Set([...load, ...run].map(({ kernel }) => kernelKey(kernel)));
    expect(pipelines.size, facts.description).toBeLessThanOrEqual(12);
  }
});

it.each([lavapipe, swiftshader])('resnet50 runs in its weights and 15 MB on $description', (facts) => {
  const { graph, parameters } = buildModel('resnet50');
  const numbers = parameters.reduce((sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1), 0);
  const { peakBytes } = planProgram(compile(graph, facts), facts, { batch: 1 });
  expect(peakBytes).toBeGreaterThan(4 * numbers);
  expect(peakBytes).toBeLessThan(4 * numbers + 15e6);
});
