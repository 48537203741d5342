// From nothing to a device: an adapter (a GPU first, software last), every limit it allows, and its facts as plain data.
import { experimentalFeatures, matrixOf, requestGpu } from '#acquire';
import { DeviceError } from '../errors.ts';
import { type AdapterFacts, type LimitName, limitNames } from '../plan/facts.ts';

export interface AcquireOptions {
  /**
   * `auto`: the best adapter of the system, software where there is none. `lavapipe`, `swiftshader`: that software
   * driver. Anything else: part of an adapter's name. In Node the variable `CONVOKE_DRIVER` is the default.
   */
  readonly driver?: string;
  /** Default `high-performance`. */
  readonly powerPreference?: GPUPowerPreference;
}

export interface Acquired {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  readonly facts: AdapterFacts;
  /** Settles when the device is gone for any reason but its own `destroy()`; it never rejects. */
  readonly lost: Promise<DeviceError>;
  /** The first error that no error scope caught, or the loss of the device; null while all is well. */
  fault(): DeviceError | null;
}

const wantedFeatures: readonly GPUFeatureName[] = [
  'subgroups',
  'shader-f16',
  'timestamp-query',
  ...experimentalFeatures,
];

/** An adapter and a new device on it, with every compute limit as high as the adapter allows. May be called often. */
export async function acquire(options: AcquireOptions = {}): Promise<Acquired> {
  const gpu = await requestGpu(options.driver);
  const powerPreference = options.powerPreference ?? 'high-performance';
  // The adapter may have gone since `requestGpu` saw it: an unplugged GPU, a crashed GPU process.
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (!adapter) throw new DeviceError('no_adapter', 'the WebGPU adapter is gone: try again, or restart the browser');
  const requiredFeatures = wantedFeatures.filter((feature) => adapter.features.has(feature));
  const requiredLimits: Partial<Record<LimitName, number>> = {};
  for (const name of limitNames) requiredLimits[name] = adapter.limits[name];
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  } catch (cause) {
    const reason = firstLine(cause);
    throw new DeviceError('no_adapter', `adapter '${adapterName(adapter.info)}' gave no device: ${reason}`, { cause });
  }
  return { adapter, device, facts: factsOf(gpu, adapter.info, device), ...watch(device) };
}

/** The facts of a device; `info` is its adapter's, which some browsers do not repeat on the device. */
export function factsOf(gpu: GPU, info: GPUAdapterInfo, device: GPUDevice): AdapterFacts {
  const limits = Object.fromEntries(limitNames.map((name) => [name, device.limits[name]])) as Record<LimitName, number>;
  const subgroups = device.features.has('subgroups');
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    description: described(info),
    fallback: info.isFallbackAdapter,
    features: {
      subgroups,
      f16: device.features.has('shader-f16'),
      timestamps: device.features.has('timestamp-query'),
      texels: gpu.wgslLanguageFeatures?.has('readonly_and_readwrite_storage_textures') ?? false,
    },
    matrix: matrixOf(info, device),
    subgroupSize: subgroups && info.subgroupMinSize === info.subgroupMaxSize ? info.subgroupMinSize : null,
    limits,
  };
}

/** NVIDIA's driver describes itself; what card it is stands in `device` alone. */
function described({ vendor, device, description }: GPUAdapterInfo): string {
  return vendor === 'nvidia' && device && description ? `${device} (${description})` : description;
}

/** What a person would call the adapter; browsers leave all but vendor and architecture empty. */
export function adapterName(info: GPUAdapterInfo): string {
  return described(info) || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') || 'unnamed';
}

/**
 * Runs `work`, which makes buffers, textures, pipelines or encodes commands, and throws what the device found wrong with
 * it: `out_of_memory`, `invalid_program` or `device_lost`. `what` names the thing in the error's text.
 */
export async function checked<T>(acquired: Acquired, what: string, work: () => T | Promise<T>): Promise<T> {
  const { device } = acquired;
  const filters = ['internal', 'validation', 'out-of-memory'] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  let scopes: Promise<GPUError | null>[] = [];
  let result: T | Promise<T>;
  try {
    result = work();
  } finally {
    // Popped before anything is awaited: scopes are a stack of the device, and other work may push its own meanwhile.
    // A lost device rejects them, and the loss is told by `fault`.
    scopes = filters.map(() => device.popErrorScope().catch(() => null));
  }
  const [outcome] = await Promise.allSettled([result]);
  const errors = await Promise.all(scopes);
  const fault = acquired.fault();
  if (fault?.code === 'device_lost')
    throw new DeviceError('device_lost', `${what}: ${fault.message}`, { cause: fault });
  const error = errors.find((found) => found !== null);
  if (error) throw deviceError(what, error);
  if (outcome.status === 'fulfilled') return outcome.value;
  // What is no word of the device, such as a TypeError of the work itself, is not made to look like one.
  if (!(outcome.reason instanceof DOMException)) throw outcome.reason;
  throw new DeviceError('invalid_program', `${what}: ${firstLine(outcome.reason)}`, { cause: outcome.reason });
}

/** A WebGPU error as one of ours. */
export function deviceError(what: string, error: GPUError): DeviceError {
  const code = error instanceof GPUOutOfMemoryError ? 'out_of_memory' : 'invalid_program';
  const reason = code === 'out_of_memory' ? 'the device is out of memory' : firstLine(error);
  return new DeviceError(code, `${what}: ${reason}`, { cause: error });
}

function watch(device: GPUDevice): Pick<Acquired, 'lost' | 'fault'> {
  let fault: DeviceError | null = null;
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault(); // else Dawn prints it to stdout, into the middle of `--json`
    fault ??= deviceError('device', event.error);
  });
  const lost = device.lost.then(({ reason, message }) => {
    // A destroyed device is "lost" too, by its owner's wish: that is no news to anyone.
    if (reason === 'destroyed') return new Promise<DeviceError>(() => {});
    return (fault = new DeviceError('device_lost', `the GPU device was lost: ${message || 'no reason given'}`));
  });
  return { lost, fault: () => fault };
}

function firstLine(error: unknown): string {
  // A GPUError is no Error, and a DOMException of another realm is none of ours.
  const { message } = error as { message?: unknown };
  return (
    String(message ?? error)
      .split('\n')
      .find((line) => line.trim())
      ?.trim() ?? 'no reason given'
  );
}
