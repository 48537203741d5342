// `#acquire` in Node: WebGPU through Dawn, the choice of a driver, and a wait that leaves the core to a CPU driver.
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { DeviceError } from '../errors.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import { lavapipeManifest, npmSwiftShaderManifest } from './software_vulkan.node.ts';

/** Dawn's object crashes the process when it is collected while adapters live, so all are held for ever, also by other copies of this module. */
const kept = ((globalThis as { [key: symbol]: unknown })[Symbol.for('convoke.gpu')] ??= {
  byDriver: new Map(),
  all: [],
}) as { byDriver: Map<string, Promise<GPU>>; all: GPU[] };

/** Matrices of subgroups, and f16 on NVIDIA's cards: Dawn holds them back, as browsers do. `CONVOKE_EXPERIMENTAL=1` asks for them. */
const HELD_BACK = 'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia';

/**
 * A `GPU` on which `requestAdapter()` finds what `driver` names (see `AcquireOptions`; default `CONVOKE_DRIVER`, then
 * `auto`). WebGPU's constants (`GPUBufferUsage` and the like) become globals, as they are in browsers.
 * @throws DeviceError `no_adapter`, with what to do, or with the adapters there are.
 */
export function requestGpu(driver: string = process.env.CONVOKE_DRIVER || 'auto'): Promise<GPU> {
  const flags = process.env.CONVOKE_EXPERIMENTAL === '1' ? [HELD_BACK] : [];
  const key = [driver, ...flags].join(' ');
  const known = kept.byDriver.get(key);
  if (known) return known;
  const found = findGpu(driver, flags);
  kept.byDriver.set(key, found);
  found.catch(() => kept.byDriver.delete(key)); // a driver may be installed before the next try
  return found;
}

type Create = (flags: string[]) => GPU;

async function findGpu(driver: string, flags: readonly string[]): Promise<GPU> {
  const dawn = await loadDawn();
  const create: Create = (more) => dawn([...flags, ...more]);
  if (driver === 'auto') {
    const gpu = (await attempt(create)) ?? (await attempt(create, { manifest: npmSwiftShaderManifest() }));
    if (gpu) return gpu;
    throw new DeviceError('no_adapter', `no WebGPU adapter: ${remedy()}`);
  }
  if (driver === 'lavapipe' || driver === 'swiftshader') {
    const name = driver === 'lavapipe' ? 'llvmpipe' : 'SwiftShader';
    const manifest = driver === 'lavapipe' ? lavapipeManifest() : npmSwiftShaderManifest();
    const gpu = manifest ? await attempt(create, { manifest, name }) : await attemptNamed(create, name);
    if (gpu) return gpu;
    if (manifest && !isMainThread) {
      const text = `driver '${driver}' cannot be chosen in a worker thread: choose it in the main thread, or start the worker with VK_DRIVER_FILES=${manifest} in the process's environment`;
      throw new DeviceError('no_adapter', text);
    }
    throw new DeviceError('no_adapter', `driver '${driver}' is not here: ${installHint(driver)}`);
  }
  const gpu = await attemptNamed(create, driver);
  if (gpu) return gpu;
  const names = await adapterNames(create);
  const list = names.length ? names.map((name) => `'${name}'`).join(', ') : 'none';
  throw new DeviceError('no_adapter', `no adapter is called '${driver}'; there are: ${list}`);
}

async function loadDawn(): Promise<Create> {
  try {
    const dawn = await import('webgpu');
    Object.assign(globalThis, dawn.globals);
    return dawn.create;
  } catch (cause) {
    const text = `the package 'webgpu' does not load on ${process.platform}-${process.arch}: ${String(cause).split('\n')[0]}`;
    throw new DeviceError('no_adapter', text, { cause });
  }
}

/** Tries the system's drivers, or the one of `manifest` alone; null when there is no adapter, or another than `name`. */
async function attempt(create: Create, only?: { manifest: string | null; name?: string }): Promise<GPU | null> {
  if (only && !only.manifest) return null;
  const before = [process.env.VK_DRIVER_FILES, process.env.VK_ICD_FILENAMES] as const;
  if (only?.manifest) setManifest(only.manifest, only.manifest);
  let adapter: Promise<GPUAdapter | null>;
  let gpu: GPU;
  try {
    gpu = create([]);
    kept.all.push(gpu);
    // The Vulkan loader reads the environment inside this very call, so that it need not stay changed afterwards.
    adapter = gpu.requestAdapter({ powerPreference: 'high-performance' });
  } finally {
    if (only) setManifest(...before);
  }
  const info = (await adapter)?.info;
  return info?.description.includes(only?.name ?? '') ? gpu : null;
}

function setManifest(driverFiles: string | undefined, icdFilenames: string | undefined): void {
  for (const [key, value] of Object.entries({ VK_DRIVER_FILES: driverFiles, VK_ICD_FILENAMES: icdFilenames })) {
    if (value === undefined) delete process.env[key];
    else process.env[key] = value;
  }
}

/** Dawn takes the first adapter whose name contains the text, case and all; people need not know the case. */
async function attemptNamed(create: Create, part: string): Promise<GPU | null> {
  const name = (await adapterNames(create)).find((name) => name.toLowerCase().includes(part.toLowerCase()));
  if (!name) return null;
  const gpu = create([`adapter=${name}`]);
  kept.all.push(gpu);
  return (await gpu.requestAdapter()) ? gpu : null;
}

/** Dawn tells the adapters' names only in the error about a name it does not find. */
async function adapterNames(create: Create): Promise<string[]> {
  const gpu = create(['adapter=\n']);
  kept.all.push(gpu);
  try {
    await gpu.requestAdapter();
    return [];
  } catch (error) {
    return [...String(error).matchAll(/name: '([^'\n]*)'/g)].map((match) => match[1] ?? '').filter(Boolean);
  }
}

function remedy(): string {
  if (process.platform !== 'linux') return "install or update the graphics card's driver";
  const npm = process.arch === 'x64' ? 'npm install @sparticuz/chromium@147.0.0 for a slow one without root, or ' : '';
  return `install a Vulkan driver (${npm}the system's mesa-vulkan-drivers, Mesa 23 or newer)`;
}

function installHint(driver: 'lavapipe' | 'swiftshader'): string {
  if (driver === 'lavapipe') return "install the system's mesa-vulkan-drivers, Mesa 23 or newer";
  return 'npm install @sparticuz/chromium@147.0.0 brings it, on Linux x64 only';
}

/** Asked for where an adapter has them. */
export const experimentalFeatures = ['chromium-experimental-subgroup-matrix' as GPUFeatureName];

/** Not in the standard's types. */
interface MatrixInfo extends GPUAdapterInfo {
  readonly subgroupMatrixConfigs?: Iterable<{
    readonly componentType: string;
    readonly resultComponentType: string;
    readonly M: number;
    readonly N: number;
    readonly K: number;
  }>;
}

/** The largest matrices of f16 whose products are added up in f32, where the device multiplies any. */
export function matrixOf(info: MatrixInfo, device: GPUDevice): AdapterFacts['matrix'] {
  if (!experimentalFeatures.every((feature) => device.features.has(feature))) return undefined;
  return [...(info.subgroupMatrixConfigs ?? [])]
    .filter((config) => config.componentType === 'f16' && config.resultComponentType === 'f32')
    .map(({ M, N, K }) => ({ m: M, n: N, k: K }))
    .sort((a, b) => b.m * b.n * b.k - a.m * a.n * a.k)[0];
}

/** What stands between this code and the driver, for what is remembered of the two: Dawn, by its package's version. */
export function runtimeName(): string {
  const { version } = createRequire(import.meta.url)('webgpu/package.json') as { version: string };
  return `webgpu ${version}`;
}

const pause = new Int32Array(new SharedArrayBuffer(4));
const SHORTEST_MS = 0.05;
const LONGEST_MS = 0.4;
let waiting = 0;
let napping = false;
let napMs = SHORTEST_MS;

/**
 * Waits for a promise of WebGPU. Dawn polls from `setImmediate` while one is pending and takes a whole core, which on a
 * CPU driver is taken from the very work waited for; so there this thread naps between polls, longer the longer it waits.
 */
export async function settle<T>(promise: Promise<T>, facts: Pick<AdapterFacts, 'fallback'>): Promise<T> {
  if (!facts.fallback) return promise;
  napMs = SHORTEST_MS;
  waiting++;
  // The last wait's nap may still be due: a second chain of naps beside it would never end, and each would cost its time.
  if (!napping) setImmediate(nap);
  napping = true;
  try {
    return await promise;
  } finally {
    waiting--;
  }
}

function nap(): void {
  napping = waiting > 0;
  if (!napping) return;
  Atomics.wait(pause, 0, 0, napMs);
  napMs = Math.min(LONGEST_MS, napMs * 1.25);
  setImmediate(nap);
}
