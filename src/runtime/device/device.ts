// A device and the pipelines compiled on it. Models share one unless they are given another.

import type { AdapterFacts } from '../plan/facts.ts';
import { type Acquired, type AcquireOptions, acquire } from './acquire.ts';
import { Pipelines } from './pipelines.ts';

export class Device {
  readonly acquired: Acquired;
  readonly pipelines: Pipelines;

  constructor(acquired: Acquired) {
    this.acquired = acquired;
    this.pipelines = new Pipelines(acquired);
  }

  /** What the adapter is and can do, as plain data. */
  get facts(): AdapterFacts {
    return this.acquired.facts;
  }

  /** Gives the device back. Models on it stop working. */
  destroy(): void {
    this.acquired.device.destroy();
  }
}

/** Opens a device of the caller's own. Throws DeviceError 'no_adapter'. */
export async function openDevice(options: AcquireOptions = {}): Promise<Device> {
  return new Device(await acquire(options));
}

const shared = new Map<string, Promise<Device>>();

/** The device that models of this driver share; a lost one is replaced at the next call. */
export function sharedDevice(driver = ''): Promise<Device> {
  const known = shared.get(driver);
  if (known) return known;
  const opened = openDevice(driver === '' ? {} : { driver });
  shared.set(driver, opened);
  const forget = () => shared.get(driver) === opened && shared.delete(driver);
  opened.then((device) => device.acquired.lost.then(forget), forget);
  return opened;
}
