// `npm run bench -- memory`: many runs or training steps in a row; neither the process nor the GPU may grow.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Device, registry } from '../src/index.ts';
import { table } from '../src/registry/table.ts';
import { openDevice } from '../src/runtime/device/device.ts';
import { UsageError } from '../src/runtime/errors.ts';
import { command, type Given, whole } from './command.ts';
import { countObjects, type GpuObjects } from './gpu_objects.ts';
import { type Network, noise, openNetwork } from './network.ts';
import { describe, environmentOf, writeJson } from './report.ts';
import { openConvoke, taskOf } from './training_task.ts';

const flags = {
  work: { value: 'run|step', about: 'what is repeated: a forward pass, or a training step', default: 'run' },
  model: { value: 'NAME', about: 'which network', default: 'resnet18' },
  size: { value: 'N', about: "height and width of the input; the network's own if not given" },
  batch: { value: 'N', about: 'images in a run', default: '1' },
  runs: { value: 'N', about: 'how many of them; the first tenth warms up', default: '1000' },
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
  const work = given.work ?? '';
  if (!isWork(work)) throw new UsageError('invalid_argument', `--work must be run or step and is '${work}'`);
  const network = await openNetwork(given.model ?? '', size);
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const objects = countObjects(device.acquired.device);
  const environment = environmentOf(given.driver, device.facts);
  const { planned, repeat } = await works[work](network, batch, device);
  const every = Math.max(1, Math.ceil(runs / 10));

  const { name, size: side } = network;
  process.stdout.write(`${describe(environment)}\n${name} ${side}x${side}, batch ${batch}, ${work} after ${work}\n`);
  process.stdout.write(`${planned}\n\n`);
  const rows: Row[] = [];
  await repeat();
  const first = objects();
  for (let run = 1; run <= runs; run++) {
    if (run > 1) await repeat();
    if (run % every === 0 || run === runs) {
      rows.push(measure(run, objects()));
      process.stderr.write(`${run} of ${runs}\n`);
    }
  }
  process.stdout.write(`${format(rows)}\n\n`);
  const verdict = judge(rows, first);
  process.stdout.write(`${verdict.text}\n`);
  writeJson(given.json, { bench: 'memory', environment, work, model: name, size: side, batch, rows, ...verdict });
  device.destroy();
  return verdict.ok;
}

interface Work {
  /** What is known of its memory before. */
  readonly planned: string;
  repeat(): Promise<unknown>;
}

const works = { run: forward, step: trainingStep };

function isWork(name: string): name is keyof typeof works {
  return Object.hasOwn(works, name);
}

async function forward(network: Network, batch: number, device: Device): Promise<Work> {
  const model = await registry.load(network.name, { weights: network.state, size: network.size, device });
  const images = noise(network, batch);
  const planned = `planned for one image: ${mib(model.summary().peakBytes).toFixed(1)} MiB of GPU memory`;
  return { planned, repeat: () => model.forward(images) };
}

async function trainingStep(network: Network, batch: number, device: Device): Promise<Work> {
  const task = await taskOf(network, registry.info(network.name).classes, batch);
  const step = await openConvoke(task, device);
  return { planned: 'momentum SGD on one batch', repeat: step };
}

function measure(run: number, gpu: GpuObjects): Row {
  collect(); // garbage that waits is no growth
  const { rss, heapUsed, external } = process.memoryUsage();
  return { run, rssMib: mib(rss), heapMib: mib(heapUsed), externalMib: mib(external), gpu };
}

function judge(
  rows: readonly Row[],
  afterFirst: GpuObjects,
): { readonly ok: boolean; readonly grewMib: number; readonly text: string } {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  // Memory that is given back late would hide as much growth, so the least counts, not the first.
  const least = rows.reduce((a, b) => (b.rssMib < a.rssMib ? b : a));
  const grewMib = last.rssMib - least.rssMib;
  const made = Object.entries(last.gpu.made)
    .map(([name, count]) => [name, count - afterFirst.made[name as keyof typeof afterFirst.made]] as const)
    .filter(([, count]) => count > 0);
  const calls = made.map(([name, count]) => `${count} ${name}`).join(', ') || 'nothing';
  const ok = grewMib <= ALLOWED_MIB && made.length === 0;
  const text =
    `grew by ${(last.rssMib - first.rssMib).toFixed(1)} MiB from run ${first.run} to run ${last.run}, ` +
    `by ${grewMib.toFixed(1)} MiB since its least at run ${least.run} (allowed: ${ALLOWED_MIB}); ` +
    `made on the GPU after run 1: ${calls}: ${ok ? 'steady' : 'NOT STEADY'}`;
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
