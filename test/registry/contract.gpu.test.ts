// The part of the contract that needs a device, on the smallest of our own models.

import { describe, it } from 'vitest';
import { builtin } from '../../src/models/builtin.ts';
import { Device } from '../../src/runtime/device/device.ts';
import { contractTests } from '../../src/testing.ts';
import { testDevice } from '../support/gpu.ts';
import { tiny } from '../support/tiny_plugin.ts';

/** The smallest of families that differ in their operators. */
const models = [
  'tiny_branches',
  'lenet5',
  'lenet5_1998',
  'resnet20',
  'squeezenet1_1',
  'mobilenet_v3_small',
  'shufflenet_v2_x0_5',
];

const device = new Device(await testDevice());

for (const plugin of [tiny, ...builtin]) {
  const chosen = models.filter((name) => Object.hasOwn(plugin.models, name));
  if (chosen.length === 0) continue;
  describe(plugin.family, () => {
    for (const { name, run } of contractTests(plugin, { models: chosen, device }))
      if (name.includes(' gives ')) it(name, run);
  });
}
