// Devices that tell what they were asked for, and the loss of a device, staged.

import { acquire } from '../../src/runtime/device/acquire.ts';
import { Device } from '../../src/runtime/device/device.ts';
import { DeviceError } from '../../src/runtime/errors.ts';
import type { LimitName } from '../../src/runtime/plan/facts.ts';

export interface Made {
  readonly label: string;
  readonly bytes: number;
}

export interface Spy {
  /** Buffers, textures and query sets that were made, in order. */
  readonly made: readonly Made[];
  /** Those that were not destroyed, sorted by label. */
  live(): readonly Made[];
  /** How often each method that makes something was called. */
  readonly calls: ReadonlyMap<string, number>;
}

interface Descriptor {
  readonly label?: string;
  /** Bytes of a buffer, texels of a texture, all of which hold four numbers. */
  readonly size?: number | readonly number[];
  readonly format?: string;
}

const makers = ['createBuffer', 'createTexture', 'createBindGroup', 'createQuerySet', 'createShaderModule'] as const;

/** Counts what `device` makes from now on. */
export function spyOn(device: GPUDevice): Spy {
  const made: Made[] = [];
  const alive = new Map<object, Made>();
  const calls = new Map<string, number>();
  for (const name of makers) {
    const make = device[name].bind(device) as unknown as (descriptor: Descriptor) => { destroy?: () => undefined };
    const spied = (descriptor: Descriptor) => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      const { label = name, size = 0, format } = descriptor;
      const texel = format === 'rgba16float' ? 8 : 16;
      const thing = make(descriptor);
      if (!thing.destroy) return thing;
      const entry = { label, bytes: typeof size === 'number' ? size : size.reduce((a, b) => a * b, texel) };
      made.push(entry);
      alive.set(thing, entry);
      const destroy = thing.destroy.bind(thing);
      thing.destroy = () => {
        alive.delete(thing);
        return destroy();
      };
      return thing;
    };
    Object.defineProperty(device, name, { value: spied, configurable: true });
  }
  return { made, calls, live: () => [...alive.values()].sort((a, b) => (a.label < b.label ? -1 : 1)) };
}

/** A device of the test's own, with a spy; `limits` are what convoke is told, not what the device has. */
export async function spiedDevice(
  limits: Partial<Record<LimitName, number>> = {},
): Promise<{ device: Device; spy: Spy }> {
  const acquired = await acquire();
  const { facts } = acquired;
  const device = new Device({ ...acquired, facts: { ...facts, limits: { ...facts.limits, ...limits } } });
  return { device, spy: spyOn(acquired.device) };
}

/** Stages a loss: whoever asks is told that the device is gone, and what is under way breaks off as in a real one. */
export function lose({ acquired }: Device): void {
  const fault = new DeviceError('device_lost', 'the GPU device was lost: staged by a test');
  Object.assign(acquired, { fault: () => fault, lost: Promise.resolve(fault) });
  acquired.device.destroy();
}
