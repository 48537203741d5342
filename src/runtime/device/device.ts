// A device and the pipelines compiled on it. Models share one unless they are given another.

import type { AdapterFacts } from '../plan/facts.ts';
import { type Acquired, type AcquireOptions, acquire } from './acquire.ts';
import { Pipelines } from './pipelines.ts';

export class Device {
  readonly acquired: Acquired;
  readonly pipelines: Pipelines;
  #destroyed = false;

  constructor(acquired: Acquired) {
    this.acquired = acquired;
    this.pipelines = new Pipelines(acquired);
  }

  /** What the adapter is and can do, as plain data. */
  get facts(): AdapterFacts {
    return this.acquired.facts;
  }

  /** Whether `destroy` was called. */
  get destroyed(): boolean {
    return this.#destroyed;
  }

  /** Whether nothing can run here any more: destroyed, or lost. */
  get gone(): boolean {
    return this.#destroyed || this.acquired.fault()?.code === 'device_lost';
  }

  /** Gives the device back. Models on it stop working: they throw UsageError 'disposed'. */
  destroy(): void {
    this.#destroyed = true;
    this.acquired.device.destroy();
  }
}

/** Opens a device of the caller's own. Throws DeviceError 'no_adapter'. */
export async function openDevice(options: AcquireOptions = {}): Promise<Device> {
  return new Device(await acquire(options));
}

const shared = new Map<string, { readonly opening: Promise<Device>; device?: Device }>();

/**
 * The device that models of this driver share. One that is lost or destroyed is replaced at the next call, and so is one
 * that could not be opened. Throws DeviceError 'no_adapter'.
 */
export function sharedDevice(driver = ''): Promise<Device> {
  const known = shared.get(driver);
  if (known && !known.device?.gone) return known.opening;
  const entry: { readonly opening: Promise<Device>; device?: Device } = {
    opening: openDevice(driver === '' ? {} : { driver }),
  };
  shared.set(driver, entry);
  entry.opening.then(
    (device) => {
      entry.device = device;
    },
    () => shared.get(driver) === entry && shared.delete(driver),
  );
  return entry.opening;
}
