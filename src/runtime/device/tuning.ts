// What measuring kernels has taught, kept in the cache: by adapter and driver, and by the browser or the Dawn between.

import { runtimeName } from '#acquire';
import { files } from '#files';
import { Choices, type Tuning } from '../compile/choices.ts';
import type { AdapterFacts } from '../plan/facts.ts';
import type { Device } from './device.ts';

/** Another number where kernels have changed so much that what was measured of them says nothing. */
const FORMAT = 4;

const known = new WeakMap<Device, Promise<Choices>>();

/** The choices of a device's adapter: what earlier processes or visits have measured, and this one has. */
export function choicesOf(device: Device, cacheDir?: string): Promise<Choices> {
  const found = known.get(device);
  if (found) return found;
  // Where there is no cache to be read nothing is known; whoever measures hears of it when that is to be remembered.
  const unknown = () => null;
  const reading = read(device.facts, cacheDir)
    .catch(unknown)
    .then((tuning) => {
      const choices = new Choices();
      if (tuning) choices.add(tuning);
      return choices;
    });
  known.set(device, reading);
  return reading;
}

/** Keeps them for later. Throws HubError `cache_unwritable`. */
export async function remember({ facts }: Device, choices: Choices, cacheDir?: string): Promise<void> {
  const store = await files.openStore(cacheDir);
  await store.putRecord(recordName(facts), JSON.stringify(choices));
}

async function read(facts: AdapterFacts, cacheDir: string | undefined): Promise<Tuning | null> {
  const store = await files.openStore(cacheDir);
  const text = await store.record(recordName(facts));
  return text === null ? null : tuningOf(text);
}

/** A record that something else has written over is as good as none: what it held can be measured again. */
function tuningOf(text: string): Tuning | null {
  try {
    const { winners, quarantined } = JSON.parse(text) as Partial<Tuning>;
    return isTexts(winners) && isTexts(quarantined) ? { winners, quarantined } : null;
  } catch {
    return null;
  }
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

function recordName({ vendor, architecture, device, description }: AdapterFacts): string {
  return ['tuning', FORMAT, vendor, architecture, device, description, runtimeName()].join('|');
}
