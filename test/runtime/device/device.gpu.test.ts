// Devices and their pipelines: who shares which, and what is not kept.

import { describe, expect, it } from 'vitest';
import { openDevice } from '../../../src/index.ts';
import { Device, sharedDevice } from '../../../src/runtime/device/device.ts';
import { Pipelines } from '../../../src/runtime/device/pipelines.ts';
import { defineKernel } from '../../../src/wgsl/kernel.ts';
import { lose, spiedDevice } from '../../support/device_spy.ts';
import { testDevice } from '../../support/gpu.ts';

describe('sharedDevice', () => {
  it('is one for all who ask, from the first call on', async () => {
    const [a, b] = await Promise.all([sharedDevice(), sharedDevice()]);
    expect(a).toBe(b);
    expect(await sharedDevice()).toBe(a);
    expect(await openDevice()).not.toBe(a);
  });

  it('is another after a loss, and after its end', async () => {
    const first = await sharedDevice();
    lose(first);
    const [second, again] = await Promise.all([sharedDevice(), sharedDevice()]);
    expect(second).not.toBe(first);
    expect(again).toBe(second);
    second.destroy();
    expect(second.destroyed && second.gone).toBe(true);
    const third = await sharedDevice();
    expect(third).not.toBe(second);
    expect(third.gone).toBe(false);
  });

  it('that cannot be opened is tried again', async () => {
    const first = sharedDevice('no such adapter');
    await expect(first).rejects.toMatchObject({ name: 'DeviceError', code: 'no_adapter' });
    const second = sharedDevice('no such adapter');
    expect(second).not.toBe(first);
    await expect(second).rejects.toMatchObject({ code: 'no_adapter' });
  });
});

const source = (body: string) => `
struct Params { factor: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(1) fn main() { ${body} }`;

describe('Pipelines', () => {
  it('compiles each distinct kernel once, and counts them', async () => {
    const { device, spy } = await spiedDevice();
    const twice = defineKernel('twice', [source('y[0] = 2u * params.factor;')]);
    const same = { ...twice };
    const thrice = defineKernel('thrice', [source('y[0] = 3u * params.factor;')]);
    const told: string[] = [];
    const count = (done: number, total: number) => told.push(`${done}/${total}`);
    await Promise.all([
      device.pipelines.compile([twice, same, thrice, twice], count),
      device.pipelines.compile([twice]),
    ]);
    expect(told).toEqual(['0/2', '1/2', '2/2']);
    expect(device.pipelines.size).toBe(2);
    expect(spy.calls.get('createShaderModule')).toBe(2);
    expect(device.pipelines.get(same).pipeline).toBe(device.pipelines.get(twice).pipeline);
    expect(device.pipelines.get(thrice).pipeline).not.toBe(device.pipelines.get(twice).pipeline);
    device.destroy();
  });

  it('names the kernel that does not compile, and tries it again when asked again', async () => {
    const { device, spy } = await spiedDevice();
    const wrong = defineKernel('wrong', [source('y[0] = nothing;')]);
    const fine = defineKernel('fine', [source('y[0] = params.factor;')]);
    for (const attempt of [1, 2]) {
      await expect(device.pipelines.compile([wrong, fine])).rejects.toMatchObject({
        name: 'DeviceError',
        code: 'invalid_program',
        message: expect.stringMatching(/^wrong: .*nothing/),
      });
      expect(spy.calls.get('createShaderModule')).toBe(1 + attempt);
    }
    expect(() => device.pipelines.get(wrong)).toThrow('wrong has not been compiled');
    await device.pipelines.compile([fine]);
    expect(device.pipelines.get(fine).pipeline).toBeDefined();
    device.destroy();
  });

  it('on a lost device say so', async () => {
    const { device } = await spiedDevice();
    lose(device);
    const kernel = defineKernel('late', [source('y[0] = params.factor;')]);
    await expect(device.pipelines.compile([kernel])).rejects.toMatchObject({ code: 'device_lost' });
  });

  it('belong to one device', async () => {
    const acquired = await testDevice();
    expect(new Device(acquired).pipelines).toBeInstanceOf(Pipelines);
    expect(new Device(acquired).facts).toBe(acquired.facts);
  });
});
