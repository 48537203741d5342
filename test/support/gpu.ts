// The device that all test files of a project share, on the driver that the project is named after.
import { type Acquired, acquire } from '../../src/runtime/device/acquire.ts';

const shared = globalThis as { [key: symbol]: Promise<Acquired> | undefined };
const key = Symbol.for('convoke.test.device');

/** The project's device, made once per process (per page in Chromium). Tests must not destroy it: use `acquire()` for that. */
export function testDevice(): Promise<Acquired> {
  return (shared[key] ??= acquire());
}
