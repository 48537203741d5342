// What goes with every result: the adapter, the versions, the date, how busy the machine was. Printed, and written as JSON.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import type { AdapterFacts } from '../src/runtime/plan/facts.ts';

/** The repository: scripts/bench.mjs starts every bench there. */
export const root = process.cwd();

export interface Environment {
  readonly date: string;
  readonly adapter: string;
  /** A CPU plays the GPU. */
  readonly software: boolean;
  readonly driver: string;
  readonly cpu: string;
  readonly cores: number;
  /** Processes that wanted a core, over the last minute, when the bench began. Above `cores`, believe ratios alone. */
  readonly load: number;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** Call it before anything is measured: `load` is that of the moment. `peers` are versions of what runs beside convoke. */
export function environmentOf(driver: string | undefined, facts: AdapterFacts, peers: Record<string, string> = {}) {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    adapter: facts.description || [facts.vendor, facts.architecture, facts.device].filter(Boolean).join(' '),
    software: facts.fallback,
    driver: driver ?? process.env.CONVOKE_DRIVER ?? 'auto',
    cpu: processors[0]?.model ?? '',
    cores: processors.length,
    load: Math.round(10 * loadavg()[0]!) / 10,
    platform: `${process.platform}-${process.arch}`,
    versions: {
      convoke: versionIn('package.json'),
      node: process.versions.node,
      webgpu: versionIn('node_modules/webgpu/package.json'),
      ...peers,
    },
  } satisfies Environment;
}

export function versionIn(packageFile: string): string {
  return (JSON.parse(readFileSync(join(root, packageFile), 'utf8')) as { version: string }).version;
}

export function describe({ adapter, driver, cpu, cores, load, date, versions }: Environment): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${adapter} (driver ${driver})\n${cpu}, ${cores} cores, load ${load}\n${list.join(', ')}; ${date}`;
}

/** Writes the report where `--json FILE` says; a relative FILE counts from where `npm run` was called. */
export function writeJson(
  file: string | undefined,
  report: { readonly bench: string; readonly environment: Environment; readonly [key: string]: unknown },
): void {
  if (file === undefined) return;
  const path = resolve(process.env.INIT_CWD ?? root, file);
  // Four digits are more than any time here is good for.
  const short = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  writeFileSync(path, `${JSON.stringify(report, short, 2)}\n`);
  process.stderr.write(`written to ${path}\n`);
}
