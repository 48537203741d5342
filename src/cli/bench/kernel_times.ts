// Times every kernel that can serve a layer here, each of them checked first.

import { ableCandidates, callsOf } from '../../runtime/compile/choose_kernels.ts';
import { compile, loadLate } from '../../runtime/compile/compile.ts';
import type { Device } from '../../runtime/device/device.ts';
import { Executor } from '../../runtime/device/executor.ts';
import type { PassTimer } from '../../runtime/device/pass_timer.ts';
import type { BoundDispatch } from '../../runtime/device/residence.ts';
import { ownDispatches } from '../../runtime/device/trial.ts';
import { graphOf } from '../../runtime/graph/graph.ts';
import { median } from '../../runtime/median.ts';
import type { LayerTensor } from './layer_data.ts';
import type { Layer } from './layers.ts';
import { timed } from './measure.ts';

export interface KernelTime {
  readonly kernel: string;
  /** Whether convoke chooses it for this layer on this adapter. */
  readonly chosen: boolean;
  /** What is wrong with its result; it was not timed then. */
  readonly wrong: string | null;
  readonly dispatches: number;
  /** GPU time, and CPU time of the whole process, of one run. 0 where it was not timed. */
  readonly medianMs: number;
  readonly bestMs: number;
  readonly cpuMs: number;
}

/** Says what is wrong with a kernel's result, or null. Called for the plain kernel first. */
export type Check = (executor: Executor, kernel: string) => Promise<string | null>;

export interface TimeOptions {
  readonly rounds: number;
  readonly check: Check;
  /** Which of them to time; the plain one is, whatever this says. */
  readonly wanted?: (kernel: string) => boolean;
}

interface Ready {
  readonly kernel: string;
  readonly executor: Executor;
  readonly wrong: string | null;
  /** The operator's own dispatches. */
  readonly run: readonly BoundDispatch[];
}

interface Sample {
  readonly gpuMs: number;
  readonly cpuMs: number;
}

/** A slow kernel is not waited for longer than this, and is run this often all the same. */
const MOST_MS = 1000;
const LEAST_ROUNDS = 2;

/** In turn, A B A B, so that what else happens on the machine hits all alike. */
export async function timeKernels(
  device: Device,
  timer: PassTimer,
  layer: Layer,
  { rounds, check, wanted = () => true }: TimeOptions,
): Promise<readonly KernelTime[]> {
  const { value } = layer;
  const listed = value.operator?.kernels ?? [];
  await Promise.all(listed.map(({ late }) => late?.load()));
  const ranked = ableCandidates(callsOf(graphOf({ y: value }), device.facts).get(value)!);
  const chosen = ranked[0]!.name;
  const able = listed.filter((candidate) => ranked.includes(candidate)); // the plain kernel first
  const tensors = layer.tensors();
  const ready: Ready[] = [];
  try {
    for (const [index, { name }] of able.entries()) {
      if (index > 0 && !wanted(name)) continue;
      const executor = await openKernel(device, layer, name, tensors);
      try {
        ready.push({
          kernel: name,
          executor,
          wrong: await check(executor, name),
          run: await ownDispatches(executor, layer.batch),
        });
      } catch (error) {
        executor.dispose();
        throw error;
      }
    }
    const right = ready.filter(({ wrong }) => wrong === null);
    const repeats = new Map<Ready, number>();
    for (const one of right) repeats.set(one, await timer.repeatsFor(one.run));
    const samples = new Map(ready.map((one) => [one, [] as Sample[]]));
    for (let round = 0; round < rounds; round++)
      for (const one of right) {
        const count = repeats.get(one)!;
        const known = samples.get(one)!;
        const spent = known.reduce((sum, { gpuMs }) => sum + gpuMs * count, 0);
        if (spent > MOST_MS && known.length >= LEAST_ROUNDS) continue;
        const { result: gpuMs, cpuMs } = await timed(() => timer.time(one.run, count));
        known.push({ gpuMs, cpuMs: cpuMs / count });
      }
    return ready.map((one) => timesOf(one, one.kernel === chosen, samples.get(one)!));
  } finally {
    for (const { executor } of ready) executor.dispose();
  }
}

/** The layer alone, by this kernel, with these tensors as its parameters. */
export async function openKernel(
  { acquired, pipelines, facts }: Device,
  { value }: Layer,
  kernel: string,
  tensors: Readonly<Record<string, LayerTensor>>,
): Promise<Executor> {
  const graph = graphOf({ y: value });
  await loadLate(graph, facts, new Set([kernel]));
  const program = compile(graph, facts, (other) => (other === value ? kernel : undefined));
  const parameters = Object.entries(tensors).flatMap(([name, tensor]) =>
    tensor.parameter ? [{ name, shape: tensor.shape, data: tensor.data }] : [],
  );
  return Executor.load(acquired, pipelines, program, parameters, { guardBytes: 256 });
}

/** The result on these tensors, those that are no parameters. */
export async function runKernel(
  executor: Executor,
  { batch }: Layer,
  tensors: Readonly<Record<string, LayerTensor>>,
): Promise<Float32Array<ArrayBuffer>> {
  const inputs = Object.entries(tensors).flatMap(([name, { parameter, data }]) => (parameter ? [] : [[name, data]]));
  const { y } = await executor.run(batch, Object.fromEntries(inputs));
  return y!;
}

function timesOf({ kernel, wrong, run }: Ready, chosen: boolean, samples: readonly Sample[]): KernelTime {
  const of = (key: keyof Sample) => samples.map((sample) => sample[key]);
  const timed = samples.length > 0;
  return {
    kernel,
    chosen,
    wrong,
    dispatches: run.length,
    medianMs: timed ? median(of('gpuMs')) : 0,
    bestMs: timed ? Math.min(...of('gpuMs')) : 0,
    cpuMs: timed ? median(of('cpuMs')) : 0,
  };
}
