// `#acquire` in browsers and their workers: the platform's own WebGPU.
import { DeviceError } from '../errors.ts';
import type { AdapterFacts } from '../plan/facts.ts';

/**
 * The platform's `GPU`, where `requestAdapter()` finds what `driver` names. A page cannot choose a driver, so anything
 * but `auto` is compared with the adapter's vendor, architecture and description.
 * @throws DeviceError `no_adapter`, with what to do, or with the adapter there is.
 */
export async function requestGpu(driver = 'auto'): Promise<GPU> {
  const gpu: GPU | undefined = globalThis.navigator?.gpu;
  if (!gpu) {
    const text = globalThis.isSecureContext
      ? 'this browser has no WebGPU: use a newer one, or turn it on in its settings'
      : 'WebGPU needs a secure page: serve it over https or from localhost';
    throw new DeviceError('no_adapter', text);
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    const text = 'no WebGPU adapter: turn on hardware acceleration, or update the browser and the graphics driver';
    throw new DeviceError('no_adapter', text);
  }
  const { vendor, architecture, device, description } = adapter.info;
  const name = [vendor, architecture, device, description].filter(Boolean).join(' ');
  if (driver !== 'auto' && !name.toLowerCase().includes(driver.toLowerCase())) {
    const text = `no adapter is called '${driver}'; there is: '${name}' (a page cannot choose the driver)`;
    throw new DeviceError('no_adapter', text);
  }
  return gpu;
}

/** Browsers have what is experimental behind a flag, and kernels for it are tested with Dawn in Node alone. */
export const experimentalFeatures: readonly GPUFeatureName[] = [];
export function matrixOf(_info: GPUAdapterInfo, _device: GPUDevice): AdapterFacts['matrix'] {
  return undefined;
}

/** What stands between this code and the driver, for what is remembered of the two. */
export function runtimeName(): string {
  return globalThis.navigator.userAgent;
}

/** Waits for a promise of WebGPU; see the Node twin, which has more to do. */
export function settle<T>(promise: Promise<T>, _facts: Pick<AdapterFacts, 'fallback'>): Promise<T> {
  return promise;
}
