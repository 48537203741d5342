// How many pipelines a network gets by with on drivers that run on a CPU, where each takes up to seconds to compile.

import { expect, it } from 'vitest';
import { compile } from '../../../src/runtime/compile/compile.ts';
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
