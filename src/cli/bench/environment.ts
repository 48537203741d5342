// What goes with every result: the adapter, the versions, the date, how busy the machine was.

import { createRequire } from 'node:module';
import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import * as z from 'zod/mini';
import type { AdapterFacts } from '../../runtime/plan/facts.ts';
import { version } from '../version.ts';

export const environmentSchema = z.object({
  date: z.string(),
  adapter: z.string(),
  /** A CPU plays the GPU. */
  software: z.boolean(),
  driver: z.string(),
  cpu: z.string(),
  cores: z.number(),
  /** Processes that wanted a core, over the last minute, when the bench began. Above `cores`, believe ratios alone. */
  load: z.number(),
  platform: z.string(),
  versions: z.record(z.string(), z.string()),
});

export type Environment = Readonly<z.infer<typeof environmentSchema>>;

/** Call it before anything is measured: `load` is that of the moment. `peers` are versions of what runs beside convoke. */
export function environmentOf(
  driver: string | undefined,
  facts: AdapterFacts,
  peers: Record<string, string> = {},
): Environment {
  const processors = cpus();
  const { version: webgpu } = createRequire(import.meta.url)('webgpu/package.json') as { version: string };
  return {
    date: new Date().toISOString(),
    adapter: facts.description || [facts.vendor, facts.architecture, facts.device].filter(Boolean).join(' '),
    software: facts.fallback,
    driver: driver ?? process.env.CONVOKE_DRIVER ?? 'auto',
    cpu: processors[0]?.model ?? '',
    cores: processors.length,
    load: Math.round(10 * loadavg()[0]!) / 10,
    platform: `${process.platform}-${process.arch}`,
    versions: { convoke: version(), node: process.versions.node, webgpu, ...peers },
  };
}

export function describe({ adapter, driver, cpu, cores, load, date, versions }: Environment): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${adapter} (driver ${driver})\n${cpu}, ${cores} cores, load ${load}\n${list.join(', ')}; ${date}`;
}
