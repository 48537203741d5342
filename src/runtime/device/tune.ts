// Measures the candidates that could serve each class of calls in a graph, on this adapter: the fastest of those that are right wins.

import type { Call, Candidate } from '../../wgsl/op.ts';
import { type Choices, callClass } from '../compile/choices.ts';
import { ableCandidates, callsOf } from '../compile/choose_kernels.ts';
import { loadKernels } from '../compile/compile.ts';
import { ConvokeError, DeviceError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { median } from '../median.ts';
import type { Device } from './device.ts';
import { PassTimer } from './pass_timer.ts';
import { type Bound, boundsOf, type Tried, trialOf, tryCandidate } from './trial.ts';

export interface TuneOptions {
  /** Images in a run. Default 1. */
  readonly batch?: number;
  /** Store images and weights as f16 where the adapter does that for a model of precision `f16`. Default false. */
  readonly half?: boolean;
  /** Passes of each candidate, in turn. Default 5. */
  readonly rounds?: number;
  readonly signal?: AbortSignal;
  /** Counts classes of calls. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface MeasuredCandidate {
  readonly kernel: string;
  /** Median GPU time of one run in milliseconds, with what it prepares in each run; null where it was not timed. */
  readonly ms: number | null;
  /** What was wrong with its result. */
  readonly wrong: string | null;
}

export interface TunedClass {
  /** The class of calls, as `callClass` writes it. */
  readonly calls: string;
  /** The first layer of this class. */
  readonly layer: string;
  /** Best ranked first. */
  readonly candidates: readonly MeasuredCandidate[];
  readonly chosen: string;
}

/** Less than this share of the best ranked kernel's time is more than two runs of one kernel differ by. */
const CLEARLY_FASTER = 0.97;

interface Task {
  readonly calls: string;
  readonly call: Call;
  readonly candidates: readonly Candidate[];
}

/**
 * Measures every class of calls in a graph that is ready for `lower` and of which `choices` knows no winner: convolutions, linear
 * layers and their gradients. A candidate must give what the plain kernel gives, within the bound that follows from
 * what both add up; one that does not, or cannot run, is quarantined. Throws DeviceError where the device is lost, and the
 * signal's reason.
 */
export async function tune(
  device: Device,
  graph: Graph,
  choices: Choices,
  options: TuneOptions = {},
): Promise<readonly TunedClass[]> {
  const { signal, onProgress } = options;
  // A candidate says whether it can serve once it is loaded.
  const candidates = graph.values.flatMap((value) => (value.operator?.macs(value) ? value.operator.kernels : []));
  await loadKernels(graph, device.facts, new Set(candidates.map(({ name }) => name)));
  const tasks = tasksOf(graph, device, choices, options.half);
  const timer = new PassTimer(device.acquired);
  const tuned: TunedClass[] = [];
  try {
    for (const task of tasks) {
      onProgress?.(tuned.length, tasks.length);
      tuned.push(await measure(device, timer, task, choices, options));
      signal?.throwIfAborted();
    }
    onProgress?.(tuned.length, tasks.length);
  } finally {
    timer.dispose();
  }
  return tuned;
}

/** Each class once. What only one kernel can serve needs no measuring. */
function tasksOf(graph: Graph, { facts }: Device, choices: Choices, half = false): readonly Task[] {
  const tasks = new Map<string, Task>();
  for (const call of callsOf(graph, facts, half).values()) {
    if (!call.value.operator?.macs(call.value)) continue;
    const calls = callClass(call);
    const candidates = ableCandidates(call).filter(({ name }) => !choices.quarantined.has(name));
    if (candidates.length > 1 && !choices.knows(calls) && !tasks.has(calls))
      tasks.set(calls, { calls, call, candidates });
  }
  return [...tasks.values()];
}

interface Timed extends Tried {
  readonly repeats: number;
  readonly times: number[];
}

async function measure(
  device: Device,
  timer: PassTimer,
  { calls, call, candidates }: Task,
  choices: Choices,
  { batch = 1, rounds = 5, signal }: TuneOptions,
): Promise<TunedClass> {
  const plain = call.value.operator!.kernels[0]!;
  const trial = trialOf(call, batch);
  const bounds = await boundsOf(device, trial, plain);
  const right = new Map<Candidate, Timed>();
  const wrong = new Map<Candidate, string>();
  try {
    // The plain kernel first: the others are compared with it.
    const first = await tryCandidate(device, trial, plain);
    right.set(plain, { ...first, repeats: await timer.repeatsFor(first.run), times: [] });
    for (const candidate of candidates) {
      signal?.throwIfAborted();
      if (candidate === plain) continue;
      const tried = await attempt(() => tryCandidate(device, trial, candidate));
      const bound = bounds(candidate.growth?.() ?? 0);
      const problem = typeof tried === 'string' ? tried : difference(tried.y, first.y, bound);
      if (typeof tried !== 'string' && problem === null)
        right.set(candidate, { ...tried, repeats: await timer.repeatsFor(tried.run), times: [] });
      else {
        if (typeof tried !== 'string') tried.executor.dispose();
        wrong.set(candidate, `${problem}`);
        choices.quarantine(candidate.name, `${calls}: ${problem}`);
      }
    }
    for (let round = 0; round < rounds; round++)
      for (const { run, repeats, times } of right.values()) {
        signal?.throwIfAborted();
        times.push(await timer.time(run, repeats));
      }
  } finally {
    for (const { executor } of right.values()) executor.dispose();
  }
  const measured = candidates.map((candidate) => ({
    kernel: candidate.name,
    ms: right.has(candidate) ? median(right.get(candidate)!.times) : null,
    wrong: wrong.get(candidate) ?? null,
  }));
  const chosen = fastest(measured);
  choices.win(calls, chosen);
  return { calls, layer: call.value.name, candidates: measured, chosen };
}

/** The best ranked of those that are right, unless another is clearly faster. */
function fastest(measured: readonly MeasuredCandidate[]): string {
  const timed = measured.flatMap(({ kernel, ms }) => (ms === null ? [] : [{ kernel, ms }]));
  const [ranked] = timed;
  const [best] = timed.toSorted((a, b) => a.ms - b.ms);
  return best!.ms < CLEARLY_FASTER * ranked!.ms ? best!.kernel : ranked!.kernel;
}

/** What the device has against a kernel, in words. Its loss is no kernel's fault alone, and ends the tuning. */
async function attempt<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConvokeError) || (error instanceof DeviceError && error.code === 'device_lost')) throw error;
    return error.message;
  }
}

/** The first number outside its bound, in words; NaN is outside of every bound. */
function difference(y: Float32Array, expected: Float32Array, bound: Bound): string | null {
  const i = y.findIndex((number, i) => !(Math.abs(number - expected[i]!) <= bound(i)));
  return i < 0 ? null : `number ${i} is ${y[i]}, and ${expected[i]} by the plain kernel`;
}
