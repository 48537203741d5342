// The adapter is the one asked for, gives all it has, computes, and tells what goes wrong.

import { describe, expect, it } from 'vitest';
import { settle } from '#acquire';
import { acquire, adapterName, checked, deviceError } from '../../../src/runtime/device/acquire.ts';
import { DeviceError } from '../../../src/runtime/errors.ts';
import { limitNames } from '../../../src/runtime/plan/facts.ts';
import { testDevice } from '../../support/gpu.ts';

const inNode = typeof window === 'undefined';

describe('acquire', () => {
  it('finds the driver that was asked for', async () => {
    const { adapter, facts } = await testDevice();
    const name = adapterName(adapter.info);
    const driver = inNode ? process.env.CONVOKE_DRIVER : 'swiftshader';
    if (driver === 'lavapipe') expect(name).toContain('llvmpipe');
    if (driver === 'swiftshader') expect(name.toLowerCase()).toContain('swiftshader');
    if (driver !== 'auto') expect(facts.fallback).toBe(true);
  });

  it('asks for every limit the adapter has, and states the limits and features of the device', async () => {
    const { adapter, device, facts } = await testDevice();
    for (const name of limitNames) {
      expect(device.limits[name], name).toBe(adapter.limits[name]);
      expect(facts.limits[name], name).toBe(adapter.limits[name]);
    }
    expect(facts.features.f16).toBe(adapter.features.has('shader-f16'));
    expect(facts.features.subgroups).toBe(adapter.features.has('subgroups'));
    expect(facts.features.timestamps).toBe(adapter.features.has('timestamp-query'));
    const { subgroupMinSize, subgroupMaxSize } = adapter.info;
    expect(facts.subgroupSize).toBe(subgroupMinSize === subgroupMaxSize ? subgroupMinSize : null);
    expect(structuredClone(facts)).toEqual(facts);
  });

  it('computes, and settle() waits for the result', async () => {
    const { device, facts } = await testDevice();
    const code =
      '@group(0) @binding(0) var<storage, read_write> y: array<u32>;\n' +
      '@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = id.x * id.x + 7; }';
    const pipeline = await settle(
      device.createComputePipelineAsync({ layout: 'auto', compute: { module: device.createShaderModule({ code }) } }),
      facts,
    );
    const bytes = 64;
    const y = device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    const read = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [{ binding: 0, resource: { buffer: y } }],
      }),
    );
    pass.dispatchWorkgroups(4);
    pass.end();
    encoder.copyBufferToBuffer(y, 0, read, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await settle(read.mapAsync(GPUMapMode.READ), facts);
    expect([...new Uint32Array(read.getMappedRange())]).toEqual(Array.from({ length: 16 }, (_, i) => i * i + 7));
    read.destroy();
    y.destroy();
  });

  it('settle() passes rejections on and serves many waits at once', async () => {
    const { facts } = await testDevice();
    await expect(settle(Promise.reject(new Error('no')), facts)).rejects.toThrow('no');
    const later = (ms: number) => new Promise<number>((resolve) => setTimeout(resolve, ms, ms));
    expect(await Promise.all([5, 1, 3].map((ms) => settle(later(ms), facts)))).toEqual([5, 1, 3]);
  });

  it('gives several devices in one process, each its own', async () => {
    const [first, second] = await Promise.all([acquire(), acquire({ powerPreference: 'low-power' })]);
    expect(first.device).not.toBe(second.device);
    first.device.destroy();
    const buffer = second.device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
    await settle(second.device.queue.onSubmittedWorkDone(), second.facts);
    expect(second.fault()).toBeNull();
    buffer.destroy();
    second.device.destroy();
    expect(await Promise.race([second.lost, second.device.lost.then(() => 'destroyed')])).toBe('destroyed');
    expect(second.fault()).toBeNull();
  });
});

describe('checked', () => {
  it('throws invalid_program, naming the thing, for a shader that does not parse and for a bad call', async () => {
    const gpu = await testDevice();
    const shader = checked(gpu, 'kernel conv2d_plain', () => gpu.device.createShaderModule({ code: 'fn main( {}' }));
    await expect(shader).rejects.toThrow(DeviceError);
    await expect(shader).rejects.toMatchObject({ code: 'invalid_program', message: /^kernel conv2d_plain: .*1:10/ });
    const huge = checked(gpu, 'arena 0', () =>
      gpu.device.createBuffer({ size: gpu.facts.limits.maxBufferSize + 4, usage: GPUBufferUsage.STORAGE }),
    );
    await expect(huge).rejects.toMatchObject({ code: 'invalid_program', message: /^arena 0: .*max buffer size/ });
    const pipeline = checked(gpu, 'pipeline', () => {
      const module = gpu.device.createShaderModule({ code: '@compute @workgroup_size(1) fn main() {}' });
      return gpu.device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'other' } });
    });
    await expect(pipeline).rejects.toMatchObject({ code: 'invalid_program', message: /^pipeline: .*other/ });
    expect(gpu.fault()).toBeNull();
  });

  it('gives back what the work made', async () => {
    const gpu = await testDevice();
    const buffer = await checked(gpu, 'buffer', () => gpu.device.createBuffer({ size: 16, usage: 8 }));
    expect(buffer.size).toBe(16);
    buffer.destroy();
  });

  it('throws device_lost when the device went away meanwhile, and out_of_memory by name', async () => {
    const gpu = await testDevice();
    const gone = new DeviceError('device_lost', 'the GPU device was lost: unplugged');
    const lost = checked({ ...gpu, fault: () => gone }, 'arena 0', () => 1);
    await expect(lost).rejects.toMatchObject({ code: 'device_lost', message: `arena 0: ${gone.message}`, cause: gone });
    const full = deviceError('arena 0', Object.create(GPUOutOfMemoryError.prototype, { message: { value: 'x' } }));
    expect(full).toMatchObject({ code: 'out_of_memory', message: 'arena 0: the device is out of memory' });
  });

  it('leaves no scope open when the work throws', async () => {
    const gpu = await testDevice();
    const work = () => {
      throw new TypeError('the work itself is broken');
    };
    await expect(checked(gpu, 'work', work)).rejects.toThrow(TypeError);
    await expect(checked(gpu, 'work', async () => work())).rejects.toThrow(TypeError);
    await expect(gpu.device.popErrorScope()).rejects.toThrow();
  });

  it('keeps an error that no scope caught', async () => {
    const gpu = await acquire();
    gpu.device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE, label: 'wrong' });
    await settle(gpu.device.queue.onSubmittedWorkDone(), gpu.facts);
    expect(gpu.fault()).toMatchObject({ name: 'DeviceError', code: 'invalid_program' });
    gpu.device.destroy();
  });
});
