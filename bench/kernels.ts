// `npm run bench -- kernels`: every candidate kernel for layers of real networks, checked against float64 and then timed.

import { table } from '../src/registry/table.ts';
import { compile } from '../src/runtime/compile/compile.ts';
import { channelBlock } from '../src/runtime/compile/lower.ts';
import { type Device, openDevice } from '../src/runtime/device/device.ts';
import { Executor } from '../src/runtime/device/executor.ts';
import type { BoundDispatch } from '../src/runtime/device/residence.ts';
import { UsageError } from '../src/runtime/errors.ts';
import { graphOf } from '../src/runtime/graph/graph.ts';
import { boundOf, type Reference, worst } from '../test/support/operators.ts';
import { poison } from '../test/support/poison.ts';
import { command, type Given, whole } from './command.ts';
import { GpuTimer } from './gpu_timer.ts';
import { median, timed } from './measure.ts';
import { describe, environmentOf, writeJson } from './report.ts';
import { type Row, rows } from './shapes.ts';

const flags = {
  filter: { value: 'TEXT', about: 'only rows whose operator or name has this text' },
  kernel: { value: 'TEXT', about: 'beside the plain one, only candidates whose name has this text' },
  batch: { value: 'N', about: 'images in a run', default: '1' },
  rounds: { value: 'N', about: 'passes of each candidate, in turn', default: '7' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

interface Result {
  readonly row: string;
  readonly kernel: string;
  /** What is wrong with its result; it was not timed then. */
  readonly wrong: string | null;
  readonly dispatches: number;
  /** GPU time by timestamps, and CPU time of the whole process, of one run. */
  readonly medianMs: number;
  readonly bestMs: number;
  readonly cpuMs: number;
  readonly gflops: number;
  readonly gbytes: number;
  /** The plain kernel's median over this one's. */
  readonly speedup: number;
}

interface Sample {
  readonly gpuMs: number;
  readonly cpuMs: number;
}

interface Ready {
  readonly kernel: string;
  readonly executor: Executor;
  readonly wrong: string | null;
  /** The operator's own dispatches, without the reordering at both ends. */
  readonly run: readonly BoundDispatch[];
}

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  const rounds = whole('rounds', given.rounds);
  const { filter = '', kernel = '' } = given;
  const chosen = rows(whole('batch', given.batch)).filter(({ title }) => title.includes(filter));
  if (chosen.length === 0) throw new UsageError('invalid_argument', `--filter: no row has '${filter}' in its name`);
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const timer = new GpuTimer(device.acquired);
  const environment = environmentOf(given.driver, device.facts);
  process.stdout.write(`${describe(environment)}\n\n`);
  const results: Result[] = [];
  for (const row of chosen) {
    process.stderr.write(`${row.title}\n`);
    results.push(...(await measure(device, timer, row, kernel, rounds)));
  }
  process.stdout.write(`${format(results)}\n`);
  const wrong = results.filter((result) => result.wrong);
  for (const result of wrong) process.stdout.write(`${result.kernel} (${result.row}): ${result.wrong}\n`);
  writeJson(given.json, { bench: 'kernels', environment, batch: Number(given.batch), results });
  timer.dispose();
  device.destroy();
  return wrong.length === 0;
}

async function measure(device: Device, timer: GpuTimer, row: Row, only: string, rounds: number): Promise<Result[]> {
  const reference = row.reference();
  // All of them, and not only those that this adapter wants.
  await Promise.all((row.value.operator?.kernels ?? []).map(({ late }) => late?.load()));
  const ready: Ready[] = [];
  try {
    for (const kernel of candidates(device, row, only)) ready.push(await prepare(device, row, kernel, reference));
    const right = ready.filter(({ wrong }) => wrong === null);
    const repeats = new Map<Ready, number>();
    for (const one of right) repeats.set(one, await timer.repeatsFor(one.run));
    const samples = new Map(ready.map((one) => [one, [] as Sample[]]));
    for (let round = 0; round < rounds; round++)
      for (const one of right) {
        const count = repeats.get(one)!;
        const { result: gpuMs, cpuMs } = await timed(() => timer.time(one.run, count));
        samples.get(one)!.push({ gpuMs, cpuMs: cpuMs / count });
      }
    const plain = medianOf(samples.get(ready[0]!)!, 'gpuMs');
    return ready.map((one) => resultOf(row, one, samples.get(one)!, plain));
  } finally {
    for (const { executor } of ready) executor.dispose();
  }
}

/** The operator's list, plain kernel first, of what can serve this call on this adapter. */
function candidates({ facts }: Device, { value }: Row, only: string): readonly string[] {
  const { operator, inputs, attributes } = value;
  const call = { value, inputs, attributes, facts, block: channelBlock(facts) };
  const able = (operator?.kernels ?? []).filter((kernel) => kernel.suits(call) > 0).map(({ name }) => name);
  return able.filter((name, index) => index === 0 || name.includes(only));
}

async function prepare(device: Device, row: Row, kernel: string, reference: Reference): Promise<Ready> {
  const { acquired, pipelines, facts } = device;
  const graph = graphOf({ y: row.value });
  const program = compile(graph, facts, (value) => (value === row.value ? kernel : undefined));
  await pipelines.compile([...program.load, ...program.run].map((step) => step.kernel));
  const tensors = Object.entries(row.tensors);
  const parameters = tensors.flatMap(([name, tensor]) => (tensor.parameter ? [{ name, ...tensor }] : []));
  const executor = await Executor.load(acquired, pipelines, program, parameters, { guardBytes: 256 });
  const inspect = await poison(acquired, executor, row.batch);
  const inputs = tensors.filter(([, { parameter }]) => !parameter).map(([name, { data }]) => [name, data]);
  const { y } = await executor.run(row.batch, Object.fromEntries(inputs));
  const stray = await inspect();
  const wrong = outOfBounds(row, kernel, y!, reference) ?? (stray > 0 ? `${stray} words written astray` : null);
  const { run } = await executor.inside('bench', row.batch, async ({ residence }) => residence);
  const own = run.filter(({ dispatch: { operator } }) => operator !== 'rows_to_image' && operator !== 'image_to_rows');
  return { kernel, executor, wrong, run: own };
}

/** The narrow bound first: that of other sums takes seconds to work out, and few results need it. */
function outOfBounds(row: Row, kernel: string, y: Float32Array, reference: Reference): string | null {
  const found = worst(y, reference.y, boundOf(reference));
  const summed = found === null ? null : row.summedBy(kernel, reference);
  return summed ? worst(y, reference.y, boundOf(summed)) : found;
}

function resultOf(row: Row, { kernel, wrong, run }: Ready, samples: readonly Sample[], plainMs: number): Result {
  const sum = (of: 'flops' | 'bytes') => run.reduce((total, { dispatch }) => total + dispatch[of], 0);
  // The operator's own count, so that kernels that need fewer multiplications show it as speed.
  const flops = 2 * (row.value.operator?.macs(row.value) ?? 0) * row.batch;
  const medianMs = medianOf(samples, 'gpuMs');
  const per = (count: number) => (medianMs > 0 ? count / medianMs / 1e6 : 0);
  return {
    row: row.title,
    kernel,
    wrong,
    dispatches: run.length,
    medianMs,
    bestMs: samples.length ? Math.min(...samples.map(({ gpuMs }) => gpuMs)) : 0,
    cpuMs: medianOf(samples, 'cpuMs'),
    gflops: per(flops),
    gbytes: per(sum('bytes')),
    speedup: medianMs > 0 ? plainMs / medianMs : 0,
  };
}

/** 0 for a kernel that was not timed. */
function medianOf(samples: readonly Sample[], key: keyof Sample): number {
  return samples.length ? median(samples.map((sample) => sample[key])) : 0;
}

function format(results: readonly Result[]): string {
  const head = ['row', 'kernel', 'dispatches', 'ms', 'best', 'CPU ms', 'GFLOP/s', 'GB/s', 'x plain'];
  const cells = results.map((result, index) => [
    result.row === results[index - 1]?.row ? '' : result.row,
    result.kernel,
    `${result.dispatches}`,
    ...(result.wrong
      ? ['WRONG', '', '', '', '', '']
      : [
          result.medianMs.toFixed(3),
          result.bestMs.toFixed(3),
          result.cpuMs.toFixed(3),
          result.gflops > 0 ? result.gflops.toFixed(2) : '',
          result.gbytes.toFixed(2),
          result.speedup.toFixed(2),
        ]),
  ]);
  return table(head, cells, 'llrrrrrrr');
}

await command('kernels', flags, bench);
