// What `convoke doctor` looks at: the GPU, a computation on it, the picture decoder, the cache and the hub.

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { decodeImage } from '#decode';
import { files } from '#files';
import { registry } from '../index.ts';
import { adapterName } from '../runtime/device/acquire.ts';
import { type Device, openDevice } from '../runtime/device/device.ts';
import { choicesOf } from '../runtime/device/tuning.ts';
import { ConvokeError } from '../runtime/errors.ts';
import type { AdapterFacts } from '../runtime/plan/facts.ts';
import { inspectCache, isOffline } from '../weights/cache.ts';
import { fetchText } from '../weights/download.ts';
import { shown } from '../weights/http.ts';
import { HOSTS } from '../weights/hub.ts';
import { openHub } from '../weights/hub_index.ts';
import { pointerAddress } from './addresses.ts';
import type { Arguments } from './arguments.ts';
import { duration, size } from './output.ts';
import { selfTest } from './self_test.ts';

/** `warning`: convoke works, but not all it could do. `missing`: something is needed, and `text` says what to do. */
export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'missing';
  readonly text: string;
  /** Facts for `--json`. */
  readonly facts?: object;
}

/** Adapter and computation. */
export async function checkGpu({ driver }: Arguments): Promise<{ checks: Check[]; adapter: AdapterFacts | null }> {
  const asked = driver ?? process.env.CONVOKE_DRIVER ?? '';
  let device: Device;
  try {
    device = await openDevice(driver === undefined ? {} : { driver });
  } catch (error) {
    const skipped: Check = { name: 'computation', status: 'missing', text: 'not tried without an adapter' };
    return { checks: [failed('adapter', error), skipped], adapter: null };
  }
  const { facts, acquired } = device;
  const name = adapterName(acquired.adapter.info);
  const text = `${name}${asked && asked !== 'auto' ? `, chosen by driver ${asked}` : ''}`;
  const adapter: Check = facts.fallback
    ? { name: 'adapter', status: 'warning', text: `${text}: a CPU plays the GPU, which is slow` }
    : { name: 'adapter', status: 'ok', text };
  const computation = await checkComputation(device);
  const kernels = await checkKernels(device);
  device.destroy();
  return { checks: [adapter, computation, kernels], adapter: facts };
}

/** What has been measured of this adapter's kernels, and which gave wrong results. */
async function checkKernels(device: Device): Promise<Check> {
  const name = 'kernels';
  try {
    const facts = (await choicesOf(device)).toJSON();
    const measured = Object.keys(facts.winners).length;
    const quarantined = Object.entries(facts.quarantined);
    if (quarantined.length > 0) {
      const list = quarantined.map(([kernel, reason]) => `${kernel} (${reason})`).join('; ');
      return { name, status: 'warning', text: `not used here, as they gave wrong results: ${list}`, facts };
    }
    const text =
      measured > 0
        ? `the fastest are known for ${measured} kinds of layer`
        : 'chosen by what the adapter says of itself; `convoke tune MODEL` measures them';
    return { name, status: 'ok', text, facts };
  } catch (error) {
    return failed(name, error);
  }
}

async function checkComputation(device: Device): Promise<Check> {
  const name = 'computation';
  const started = performance.now();
  try {
    const difference = await selfTest(device);
    const ms = performance.now() - started;
    if (difference === 0)
      return {
        name,
        status: 'ok',
        text: `a small network gives exactly the right numbers (${duration(ms)})`,
        facts: { ms },
      };
    const text = `a small network is off by ${difference}: update the graphics driver, or choose another with --driver`;
    return { name, status: 'missing', text, facts: { difference } };
  } catch (error) {
    return failed(name, error);
  }
}

/** A PNG of one blue pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQImWNgYPgPAAEDAQBdlO9aAAAAAElFTkSuQmCC';

export async function checkPictures(): Promise<Check> {
  const name = 'pictures';
  try {
    const { versions } = (await import('sharp')).default;
    const { data } = await decodeImage(Buffer.from(PNG, 'base64'));
    const facts = { sharp: versions.sharp, libvips: versions.vips };
    const text = `sharp ${versions.sharp} with libvips ${versions.vips}`;
    if (`${data}` === '0,0,255') return { name, status: 'ok', text: `${text} decodes them`, facts };
    return { name, status: 'missing', text: `${text} decodes them wrongly: npm install sharp`, facts };
  } catch (error) {
    // Without its native part sharp does not load, and says so in a page of text.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { name, status: 'missing', text: `sharp does not work here (${reason}): npm install sharp` };
  }
}

export async function checkCache(): Promise<Check> {
  const name = 'cache';
  try {
    const facts = await inspectCache();
    const { directory, writable, bytes, files } = facts;
    const text = `${directory}: ${files} weights file${files === 1 ? '' : 's'}, ${size(bytes)}`;
    if (writable) return { name, status: 'ok', text, facts };
    return { name, status: 'missing', text: `${text}, not writable: name another folder in CONVOKE_CACHE`, facts };
  } catch (error) {
    return failed(name, error);
  }
}

/** Whether weights can be had: from the hub that is named, or else from where they are published. */
export async function checkHub(args: Arguments, cached: number, signal: AbortSignal): Promise<Check> {
  const name = 'hub';
  const address = args.hub ?? files.environment('CONVOKE_HUB');
  const offline = isOffline(args.offline);
  const options = { signal, stallMs: 5000, backoffMs: 100 };
  try {
    if (address !== undefined) {
      const { base, index } = await openHub(address, await files.openStore(), { ...options, offline });
      const models = [...new Set(index.weights.map(({ model }) => model))];
      const text = `${shown(base)} has weights of ${models.join(', ') || 'nothing'}`;
      return { name, status: 'ok', text, facts: { address: shown(base), models } };
    }
    if (offline) return { name, status: 'ok', text: 'not asked: offline', facts: { address: HOSTS.huggingface } };
    await fetchText(publishedFile(), 4096, options);
    const text = `${HOSTS.huggingface} answers`;
    return { name, status: 'ok', text, facts: { address: HOSTS.huggingface } };
  } catch (error) {
    if (signal.aborted) throw error;
    const check = failed(name, error);
    if (address !== undefined || cached === 0) return check;
    return { ...check, status: 'warning', text: `${check.text}; what is in the cache works` };
  }
}

/** The smallest file that tells whether downloads would work. */
function publishedFile(): URL {
  for (const name of registry.list())
    for (const { sources } of registry.info(name).weights)
      for (const source of sources) if (source.kind === 'huggingface') return pointerAddress(source);
  return new URL(HOSTS.huggingface);
}

function failed(name: string, error: unknown): Check {
  if (!(error instanceof ConvokeError)) throw error;
  return { name, status: 'missing', text: error.message, facts: { code: error.code } };
}
