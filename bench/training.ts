// `npm run bench -- training`: one training step of a network, beside jax-js or TensorFlow.js on the same adapter in the same run.

import { openDevice, registry } from '../src/index.ts';
import { table } from '../src/registry/table.ts';
import { requestGpu } from '../src/runtime/device/acquire.node.ts';
import { ConvokeError, UsageError } from '../src/runtime/errors.ts';
import { command, type Given, whole } from './command.ts';
import { countObjects } from './gpu_objects.ts';
import { jaxJs } from './jax_js.ts';
import { alternate, type Sample, type Times, timed, timesOf } from './measure.ts';
import { openNetwork } from './network.ts';
import { describe, environmentOf, writeJson } from './report.ts';
import { tfjs } from './tfjs.ts';
import { openConvoke, pretendBrowser, type Step, settled, taskOf } from './training_task.ts';

const peers = { 'jax-js': jaxJs, tfjs };
type PeerName = keyof typeof peers;

const flags = {
  model: { value: 'NAME', about: 'lenet5 or resnet18', default: 'lenet5' },
  peer: { value: 'NAME', about: 'jax-js, which has lenet5, or tfjs; the first that has the model if not given' },
  batch: { value: 'N', about: 'images in a step; 64 for lenet5, 4 for resnet18 if not given' },
  size: { value: 'N', about: 'height and width of the input; 28 for lenet5, 64 for resnet18 if not given' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  rounds: { value: 'N', about: 'steady steps of each contender', default: '12' },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

/** What is compared, and the most of the peer's time that a step may take on an adapter without a GPU. */
const usual = {
  lenet5: { batch: 64, size: 28, goal: { 'jax-js': 1 / 3 } },
  resnet18: { batch: 4, size: 64, goal: { tfjs: 1 / 5 } },
};

interface Row extends Times {
  readonly contender: 'convoke' | PeerName;
  /** From a state dict in memory to the first loss: variables, compiling, the first step. */
  readonly firstMs: number;
  readonly firstCpuMs: number;
  readonly imagesPerSecond: number;
  /** Before the first step, and before the last. */
  readonly firstLoss: number;
  readonly lastLoss: number;
}

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  // Mesa reads it when Dawn loads it: without, the first step is fast on the second day only.
  process.env.MESA_SHADER_CACHE_DISABLE = 'true';
  const { model, peer, batch, size, goal } = choicesOf(given);
  const rounds = whole('rounds', given.rounds);
  const network = await openNetwork(model, { size });
  const task = await taskOf(network, registry.info(model).classes, batch);
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const environment = environmentOf(given.driver, device.facts, { [peer]: peers[peer].version() });
  const objects = countObjects(device.acquired.device);
  pretendBrowser(await requestGpu(given.driver));

  const ours = await begin(() => openConvoke(task, device));
  const theirs = await begin(async () => settled(await peers[peer].open(task), device.facts));
  const samples = await alternate(rounds, { convoke: ours.step, peer: theirs.step });
  checkLosses(ours.losses, theirs.losses, `${model}, convoke and ${peer}`);
  const rows = [
    rowOf('convoke', batch, ours, samples.convoke),
    rowOf(peer, batch, theirs, samples.peer),
  ] satisfies Row[];

  const ratio = rows[0]!.medianMs / rows[1]!.medianMs;
  const memory = { liveBytes: objects().live.bytes, pipelines: device.pipelines.size };
  const judged = environment.software && goal !== undefined;
  const ok = !judged || ratio <= goal;
  const verdict = judged ? ` (allowed: ${goal.toFixed(2)}: ${ok ? 'fast enough' : 'TOO SLOW'})` : '';
  process.stdout.write(`${describe(environment)}\n`);
  process.stdout.write(`${model}, batch ${batch}, ${size}x${size}, momentum SGD; shader cache off\n\n`);
  process.stdout.write(`${format(rows)}\n\n`);
  process.stdout.write(
    `convoke takes ${ratio.toFixed(3)} of ${peer}'s time${verdict}; ` +
      `it holds ${(memory.liveBytes / 2 ** 20).toFixed(1)} MiB of GPU memory and ${memory.pipelines} pipelines\n`,
  );
  writeJson(given.json, { bench: 'training', environment, model, size, batch, memory, ratio, goal, rows });
  device.destroy();
  return ok;
}

function choicesOf(given: Given<keyof typeof flags>) {
  const model = given.model as keyof typeof usual;
  if (!Object.hasOwn(usual, model))
    throw new UsageError(
      'invalid_argument',
      `no peer has ${model}: --model is one of ${Object.keys(usual).join(', ')}`,
    );
  const { goal, ...shape } = usual[model];
  const able = (Object.keys(peers) as PeerName[]).filter((name) => peers[name].models.includes(model));
  const peer = (given.peer ?? able[0]) as PeerName;
  if (!able.includes(peer))
    throw new UsageError('invalid_argument', `--peer is one of ${able.join(', ')} for ${model} and is '${given.peer}'`);
  const batch = given.batch === undefined ? shape.batch : whole('batch', given.batch);
  const size = given.size === undefined ? shape.size : whole('size', given.size);
  const asUsual = batch === shape.batch && size === shape.size;
  return { model, peer, batch, size, goal: asUsual ? (goal as Partial<Record<PeerName, number>>)[peer] : undefined };
}

interface Begun {
  readonly step: Step;
  readonly losses: readonly number[];
  readonly first: Sample;
}

/** Opens a contender and takes its first step. */
async function begin(open: () => Promise<Step>): Promise<Begun> {
  const losses: number[] = [];
  const first = await timed(async () => {
    const step = await open();
    losses.push(await step());
    return step;
  });
  const step = async () => {
    const loss = await first.result();
    losses.push(loss);
    return loss;
  };
  return { step, losses, first };
}

/** Times of trainings that do not learn the same compare nothing. */
function checkLosses(ours: readonly number[], theirs: readonly number[], what: string): void {
  // The second loss follows from the gradients, the third from the momentum too. Two float32 trainings of a network with
  // batch norm on few pixels are soon as far apart as PyTorch's is from its float64 one: 0.3 % of the fall after two steps.
  for (const step of [0, 1, 2]) {
    const [a, b] = [ours[step]!, theirs[step]!];
    const allowed = 2e-6 * theirs[0]! + 0.01 * Math.abs(theirs[0]! - b);
    // Written so that NaN fails too.
    if (!(Math.abs(a - b) <= allowed))
      throw new ConvokeError('wrong_result', `${what}: the losses of step ${step + 1} are ${a} and ${b}`);
  }
  for (const losses of [ours, theirs])
    if (!(losses.at(-1)! < losses[0]!))
      throw new ConvokeError('wrong_result', `${what}: a loss did not fall: ${losses.join(', ')}`);
}

function rowOf(contender: Row['contender'], batch: number, { first, losses }: Begun, samples: readonly Sample[]): Row {
  const times = timesOf(samples);
  const imagesPerSecond = (1000 * batch) / times.medianMs;
  const [firstLoss, lastLoss] = [losses[0]!, losses.at(-1)!];
  return {
    contender,
    firstMs: first.wallMs,
    firstCpuMs: first.cpuMs,
    ...times,
    imagesPerSecond,
    firstLoss,
    lastLoss,
  };
}

function format(rows: readonly Row[]): string {
  const peer = rows[1]!;
  const head = ['step, ms', 'first', 'CPU', 'median', 'best', 'p99', 'CPU', 'images/s', 'x wall', 'x CPU', 'loss'];
  const cells = rows.map((row) => [
    row.contender,
    ...[row.firstMs, row.firstCpuMs].map((ms) => ms.toFixed(0)),
    ...[row.medianMs, row.bestMs, row.p99Ms, row.cpuMedianMs].map((ms) => ms.toFixed(1)),
    row.imagesPerSecond.toFixed(1),
    (row.medianMs / peer.medianMs).toFixed(3),
    (row.cpuMedianMs / peer.cpuMedianMs).toFixed(3),
    `${row.firstLoss.toFixed(4)} to ${row.lastLoss.toFixed(4)}`,
  ]);
  return table(head, cells, 'lrrrrrrrrrl');
}

await command('training', flags, bench);
