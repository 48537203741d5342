// The passes that fuse pools, in a program that has loaded nothing but what the network wants.

import { expect, it, vi } from 'vitest';
import { discrete } from '../../support/facts.ts';

it('ask no kernel that is not loaded yet', async () => {
  // Tests begin with everything loaded: these modules have not been.
  vi.resetModules();
  const { compile, loadLate } = await import('../../../src/runtime/compile/compile.ts');
  const { buildModel } = await import('../../support/models.ts');
  const operators = async (model: string) => {
    const { graph } = buildModel(model);
    await loadLate(graph, discrete);
    return compile(graph, discrete).run.map(({ operator }) => operator);
  };
  expect(await operators('vgg11')).toContain('pooled_conv2d');
  expect(await operators('resnet18')).toContain('pooled_linear');
});
