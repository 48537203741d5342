// `npm run bench -- memory`: many runs in a row; neither the process nor the GPU may grow.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { registry } from '../src/index.ts';
import { table } from '../src/registry/table.ts';
import { openDevice } from '../src/runtime/device/device.ts';
import { command, type Given, whole } from './command.ts';
import { countObjects, type GpuObjects } from './gpu_objects.ts';
import { noise, openNetwork } from './network.ts';
import { describe, environmentOf, writeJson } from './report.ts';

const flags = {
  model: { value: 'NAME', about: 'which network', default: 'resnet18' },
  size: { value: 'N', about: "height and width of the input; the network's own if not given" },
  batch: { value: 'N', about: 'images in a run', default: '1' },
  runs: { value: 'N', about: 'how many runs; the first tenth warms up', default: '1000' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

/** What the process may grow by after the warm-up: the allocator keeps freed pages, so its size is never quite still. */
const ALLOWED_MIB = 16;

interface Row {
  readonly run: number;
  readonly rssMib: number;
  readonly heapMib: number;
  /** Memory that JavaScript holds outside its heap: typed arrays. */
  readonly externalMib: number;
  readonly gpu: GpuObjects;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  const runs = whole('runs', given.runs);
  const batch = whole('batch', given.batch);
  const size = given.size === undefined ? {} : { size: whole('size', given.size) };
  const network = await openNetwork(given.model ?? '', size);
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const objects = countObjects(device.acquired.device);
  const environment = environmentOf(given.driver, device.facts);
  const model = await registry.load(network.name, { weights: network.state, size: network.size, device });
  const images = noise(network, batch);
  const every = Math.max(1, Math.ceil(runs / 10));

  process.stdout.write(`${describe(environment)}\n${network.name} ${network.size}x${network.size}, batch ${batch}\n`);
  process.stdout.write(`planned for one image: ${mib(model.summary().peakBytes).toFixed(1)} MiB of GPU memory\n\n`);
  const rows: Row[] = [];
  for (let run = 1; run <= runs; run++) {
    await model.forward(images);
    if (run % every === 0 || run === runs) {
      rows.push(measure(run, objects()));
      process.stderr.write(`${run} of ${runs}\n`);
    }
  }
  process.stdout.write(`${format(rows)}\n\n`);
  const verdict = judge(rows);
  process.stdout.write(`${verdict.text}\n`);
  const { name, size: side } = network;
  writeJson(given.json, { bench: 'memory', environment, model: name, size: side, batch, rows, ...verdict });
  model.dispose();
  device.destroy();
  return verdict.ok;
}

function measure(run: number, gpu: GpuObjects): Row {
  collect(); // garbage that waits is no growth
  const { rss, heapUsed, external } = process.memoryUsage();
  return { run, rssMib: mib(rss), heapMib: mib(heapUsed), externalMib: mib(external), gpu };
}

function judge(rows: readonly Row[]): { readonly ok: boolean; readonly grewMib: number; readonly text: string } {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  // Memory that is given back late would hide as much growth, so the least counts, not the first.
  const least = rows.reduce((a, b) => (b.rssMib < a.rssMib ? b : a));
  const grewMib = last.rssMib - least.rssMib;
  const made = Object.entries(last.gpu.made)
    .map(([name, count]) => [name, count - first.gpu.made[name as keyof typeof first.gpu.made]] as const)
    .filter(([, count]) => count > 0);
  const calls = made.map(([name, count]) => `${count} ${name}`).join(', ') || 'nothing';
  const ok = grewMib <= ALLOWED_MIB && made.length === 0;
  const text =
    `grew by ${(last.rssMib - first.rssMib).toFixed(1)} MiB from run ${first.run} to run ${last.run}, ` +
    `by ${grewMib.toFixed(1)} MiB since its least at run ${least.run} (allowed: ${ALLOWED_MIB}); ` +
    `made on the GPU meanwhile: ${calls}: ${ok ? 'steady' : 'NOT STEADY'}`;
  return { ok, grewMib, text };
}

function format(rows: readonly Row[]): string {
  const head = ['run', 'RSS MiB', 'heap MiB', 'external MiB', 'GPU MiB', 'buffers', 'textures', 'bind groups made'];
  const cells = rows.map(({ run, rssMib, heapMib, externalMib, gpu }) => [
    `${run}`,
    ...[rssMib, heapMib, externalMib, mib(gpu.live.bytes)].map((value) => value.toFixed(1)),
    ...[gpu.live.buffers, gpu.live.textures, gpu.made.createBindGroup].map(String),
  ]);
  return table(head, cells, 'rrrrrrrr');
}

function mib(bytes: number): number {
  return bytes / 2 ** 20;
}

await command('memory', flags, bench);
