// `npm run bench -- models`: load, compile, warmup, first and steady time of a network, beside onnxruntime's CPU provider in the same
// run, and a stream of images beside one after the other.

import { type Model, registry } from '../src/index.ts';
import { table } from '../src/registry/table.ts';
import { openDevice } from '../src/runtime/device/device.ts';
import { ConvokeError } from '../src/runtime/errors.ts';
import { command, type Given, whole } from './command.ts';
import { alternate, type Sample, type Times, timed, timesOf } from './measure.ts';
import { type Network, noise, openNetwork } from './network.ts';
import { toOnnx } from './onnx.ts';
import { onnxruntime, type Peer } from './onnxruntime.ts';
import { describe, environmentOf, writeJson } from './report.ts';

const THREADS = 2;
/** Images of a stream, at least, and how often each is measured at most. */
const STREAMED = 16;
const STREAM_ROUNDS = 5;

const flags = {
  model: { value: 'NAME', about: 'which network', default: 'resnet18' },
  batch: { value: 'N,N', about: 'batch sizes, in this order', default: '1,8' },
  size: { value: 'N', about: "height and width of the input; the network's own if not given" },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  hub: { value: 'DIR|URL', about: 'published weights from there; initial weights if not given, as fast' },
  budget: {
    value: 'MB',
    about: 'the most GPU memory convoke may take for one image; as much as is fastest if not given',
  },
  rounds: { value: 'N', about: 'steady runs of each contender', default: '20' },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

/** Milliseconds until the first answer. onnxruntime compiles nothing; its `load` is creating the session. */
interface Start {
  readonly compileMs: number;
  /** Uploading the weights, and what is computed from them once: folding, packing. */
  readonly loadMs: number;
  /** The first forward of the first batch size: on a software driver this is where machine code is made. */
  readonly firstMs: number;
  readonly firstAnswerMs: number;
  readonly cpuMs: number;
}

/** Warming up on a device of its own, where no machine code is yet, and the first run after that. */
interface Warmup {
  readonly batch: number;
  readonly warmupMs: number;
  readonly firstMs: number;
}

/** `count` images as a stream, beside a forward for each batch of them that waits for its answer. */
interface StreamRow {
  readonly batch: number;
  readonly count: number;
  readonly stream: Times;
  readonly forward: Times;
}

interface Row extends Times {
  readonly batch: number;
  readonly contender: 'convoke' | 'onnxruntime';
  /** The first forward of this batch size in the process. */
  readonly firstMs: number;
  readonly firstCpuMs: number;
}

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  // Mesa reads it when Dawn loads it: without, the first run is fast on the second day only.
  process.env.MESA_SHADER_CACHE_DISABLE = 'true';
  const batches = (given.batch ?? '').split(',').map((text) => whole('batch', text));
  const rounds = whole('rounds', given.rounds);
  const network = await openNetwork(given.model ?? '', {
    ...(given.size !== undefined && { size: whole('size', given.size) }),
    ...(given.hub !== undefined && { hub: given.hub }),
  });
  const peers = onnxruntime();
  const opened = await timed(() => openDevice(given.driver === undefined ? {} : { driver: given.driver }));
  const device = opened.result;
  const environment = environmentOf(given.driver, device.facts, { 'onnxruntime-node': peers.version });

  const budget = given.budget === undefined ? {} : { budgetBytes: 1e6 * whole('budget', given.budget) };
  const options = { weights: network.state, size: network.size, device, ...budget };
  const loaded = await timed(() => registry.load(network.name, options));
  const session = await timed(() => peers.open(toOnnx(network.graph, network.state), THREADS));
  const model = loaded.result;
  const peer = session.result;
  const rows: Row[] = [];
  for (const batch of batches) rows.push(...(await steady(network, model, peer, batch, rounds)));

  const warmup = await warmed(network, given.driver, batches[0]!);
  const streams: StreamRow[] = [];
  for (const batch of batches) streams.push(await streamed(network, model, batch, rounds));
  const first = (contender: Row['contender']) => rows.find((row) => row.contender === contender)!;
  const start = {
    convoke: startOf(model.ms.compile, loaded, first('convoke')),
    onnxruntime: startOf(0, session, first('onnxruntime')),
  };
  const memory = { peakBytes: model.summary().peakBytes, pipelines: device.pipelines.size };
  const { name, size, weights } = network;
  const report = {
    bench: 'models',
    environment,
    model: name,
    size,
    weights,
    openMs: opened.wallMs,
    start,
    memory,
    rows,
    warmup,
    streams,
  };
  process.stdout.write(`${describe(environment)}\n${name} ${size}x${size}, weights: ${weights}; shader cache off\n\n`);
  process.stdout.write(`${startTable(start, batches[0]!)}\n`);
  process.stdout.write(
    `\nopening the device took ${opened.wallMs.toFixed(0)} ms; ${memory.pipelines} pipelines; ` +
      `${(memory.peakBytes / 2 ** 20).toFixed(1)} MiB of GPU memory for one image\n\n`,
  );
  process.stdout.write(`${steadyTable(rows)}\n\n`);
  process.stdout.write(`${streamTable(streams)}\n\n`);
  const { warmupMs, firstMs } = warmup;
  process.stdout.write(
    `another model with warmup: ${warmupMs.toFixed(1)} ms, its first run of ${warmup.batch} then ${firstMs.toFixed(1)} ms\n`,
  );
  writeJson(given.json, report);
  model.dispose();
  await peer.close();
  device.destroy();
  return true;
}

async function steady(network: Network, model: Model, peer: Peer, batch: number, rounds: number): Promise<Row[]> {
  const images = noise(network, batch);
  const data = await images.data();
  const forward = async () => (await model.forward(images)).data();
  const peerForward = () => peer.run(data, images.shape);
  const first = await timed(forward);
  const peerFirst = await timed(peerForward);
  checkAgreement(first.result, peerFirst.result, `${network.name}, batch ${batch}`);
  const samples = await alternate(rounds, { convoke: forward, onnxruntime: peerForward });
  return [
    { batch, contender: 'convoke', firstMs: first.wallMs, firstCpuMs: first.cpuMs, ...timesOf(samples.convoke) },
    {
      batch,
      contender: 'onnxruntime',
      firstMs: peerFirst.wallMs,
      firstCpuMs: peerFirst.cpuMs,
      ...timesOf(samples.onnxruntime),
    },
  ];
}

async function warmed(network: Network, driver: string | undefined, batch: number): Promise<Warmup> {
  const device = await openDevice(driver === undefined ? {} : { driver });
  const model = await registry.load(network.name, { weights: network.state, size: network.size, device });
  const images = noise(network, batch);
  const warming = await timed(() => model.warmup({ batch }));
  const first = await timed(async () => (await model.forward(images)).data());
  model.dispose();
  device.destroy();
  return { batch, warmupMs: warming.wallMs, firstMs: first.wallMs };
}

/** The forwards get their batches ready made, the stream makes them of single images. */
async function streamed(network: Network, model: Model, batch: number, rounds: number): Promise<StreamRow> {
  const count = Math.ceil(STREAMED / batch) * batch;
  const images = await Promise.all(Array.from({ length: count }, () => noise(network, 1)));
  const together = noise(network, batch);
  await model.warmup({ batch });
  const samples = await alternate(Math.min(rounds, STREAM_ROUNDS), {
    stream: async () => {
      for await (const { logits } of model.stream(images, { batch, onError: 'throw' })) await logits.data();
    },
    forward: async () => {
      for (let done = 0; done < count; done += batch) await (await model.forward(together)).data();
    },
  });
  return { batch, count, stream: timesOf(samples.stream), forward: timesOf(samples.forward) };
}

/** Times of two networks that disagree compare nothing. */
function checkAgreement(ours: Float32Array, theirs: Float32Array, what: string): void {
  const largest = theirs.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  const apart = ours.reduce((most, logit, i) => Math.max(most, Math.abs(logit - theirs[i]!)), 0);
  // Written so that NaN fails too.
  if (ours.length === theirs.length && largest > 0 && apart <= 1e-4 * largest) return;
  throw new ConvokeError(
    'wrong_result',
    `${what}: logits of convoke and onnxruntime differ by ${apart}, the largest being ${largest}`,
  );
}

function startOf(compileMs: number, loaded: Sample, { firstMs, firstCpuMs }: Row): Start {
  const loadMs = loaded.wallMs - compileMs;
  const cpuMs = loaded.cpuMs + firstCpuMs;
  return { compileMs, loadMs, firstMs, firstAnswerMs: compileMs + loadMs + firstMs, cpuMs };
}

function startTable(start: Readonly<Record<Row['contender'], Start>>, batch: number): string {
  const head = ['start, ms', 'compile', 'load', `first (batch ${batch})`, 'first answer', 'CPU'];
  const rows = Object.entries(start).map(([name, { compileMs, loadMs, firstMs, firstAnswerMs, cpuMs }]) => [
    name,
    ...[compileMs, loadMs, firstMs, firstAnswerMs, cpuMs].map((ms) => ms.toFixed(0)),
  ]);
  return table(head, rows, 'lrrrrr');
}

function steadyTable(rows: readonly Row[]): string {
  const head = ['steady, ms', 'batch', 'first', 'median', 'best', 'p99', 'CPU', 'images/s', 'x wall', 'x CPU'];
  const cells = rows.map((row) => {
    const peer = rows.find(({ batch, contender }) => batch === row.batch && contender === 'onnxruntime')!;
    return [
      row.contender,
      `${row.batch}`,
      ...[row.firstMs, row.medianMs, row.bestMs, row.p99Ms, row.cpuMedianMs].map((ms) => ms.toFixed(1)),
      ((1000 * row.batch) / row.medianMs).toFixed(2),
      (row.medianMs / peer.medianMs).toFixed(1),
      (row.cpuMedianMs / peer.cpuMedianMs).toFixed(1),
    ];
  });
  return table(head, cells, 'lrrrrrrrrr');
}

function streamTable(rows: readonly StreamRow[]): string {
  const head = ['stream', 'batch', 'images', 'images/s', 'by forward', 'x forward', 'x CPU'];
  const cells = rows.map(({ batch, count, stream, forward }) => [
    'convoke',
    `${batch}`,
    `${count}`,
    ...[stream, forward].map(({ medianMs }) => ((1000 * count) / medianMs).toFixed(2)),
    (forward.medianMs / stream.medianMs).toFixed(2),
    (stream.cpuMedianMs / forward.cpuMedianMs).toFixed(2),
  ]);
  return table(head, cells, 'lrrrrrr');
}

await command('models', flags, bench);
