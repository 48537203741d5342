// `npm run bench -- half`: what half precision costs in digits and gives in memory and time, for one network after another.

import { type Model, registry, type StateDict, type Tensor, tensor } from '../src/index.ts';
import { table } from '../src/registry/table.ts';
import { type Device, openDevice } from '../src/runtime/device/device.ts';
import { command, type Given, whole } from './command.ts';
import { filledNetworks } from './filled.ts';
import { alternate, timesOf } from './measure.ts';
import { noise, openNetwork } from './network.ts';
import { describe, environmentOf, writeJson } from './report.ts';

const flags = {
  model: { value: 'NAME,NAME', about: 'which networks', default: 'lenet5,alexnet,squeezenet1_1,convnext_tiny' },
  size: { value: 'N', about: "height and width of the input; the networks' own if not given" },
  images: { value: 'N', about: 'noise images that are compared', default: '4' },
  rounds: { value: 'N', about: 'timed runs of one image in each precision', default: '5' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  hub: { value: 'DIR|URL', about: 'published weights from there; initial weights if not given' },
  filled: { value: 'DIR', about: "all networks of the tests' reference values in this folder, filled as they are" },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

/** A network and what it is asked. */
interface Subject {
  readonly name: string;
  readonly size: number;
  readonly classes?: number;
  readonly weights: string;
  readonly state: StateDict;
  readonly images: Tensor;
}

interface Row {
  readonly model: string;
  readonly size: number;
  readonly weights: string;
  readonly images: number;
  /** The largest difference of a logit, as a share of the largest logit. */
  readonly apart: number;
  /** Images whose best class is the same. */
  readonly same: number;
  readonly weightBytes: Both;
  readonly peakBytes: Both;
  readonly medianMs: Both;
}

interface Both {
  readonly f32: number;
  readonly f16: number;
}

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  const rounds = whole('rounds', given.rounds);
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const environment = environmentOf(given.driver, device.facts);
  const { f16 } = device.facts.features;
  process.stdout.write(`${describe(environment)}\n`);
  process.stdout.write(`weights in f16, activations in ${f16 ? 'f16' : 'f32: the adapter has no shader-f16'}\n\n`);
  const rows: Row[] = [];
  for await (const subject of subjects(given)) {
    process.stderr.write(`${subject.name}\n`);
    rows.push(await compare(subject, rounds, device));
  }
  process.stdout.write(`${format(rows)}\n`);
  writeJson(given.json, { bench: 'half', environment, rows });
  device.destroy();
  // Written so that NaN fails too.
  return rows.every(({ apart }) => apart < 1);
}

async function* subjects({ model, size, images, hub, filled }: Given<keyof typeof flags>): AsyncGenerator<Subject> {
  if (filled !== undefined) {
    for (const { state, ...network } of filledNetworks(filled)) yield { ...network, weights: 'filled', state: state() };
    return;
  }
  const count = whole('images', images);
  const side = size === undefined ? {} : { size: whole('size', size) };
  for (const name of (model ?? '').split(',')) {
    const network = await openNetwork(name, { ...side, ...(hub !== undefined && { hub }) });
    yield { ...network, images: noise(network, count) };
  }
}

async function compare(subject: Subject, rounds: number, device: Device): Promise<Row> {
  const { name, size, classes, weights, state, images } = subject;
  const options = { weights: state, size, device, ...(classes !== undefined && { classes }) };
  await using single = await registry.load(name, options);
  await using half = await registry.load(name, { ...options, precision: 'f16' });
  const [expected, actual] = [await logits(single, images), await logits(half, images)];
  const first = await firstOf(images);
  await Promise.all([logits(single, first), logits(half, first)]); // a first run makes machine code
  const samples = await alternate(rounds, { f32: () => logits(single, first), f16: () => logits(half, first) });
  const [before, after] = [single.summary(), half.summary()];
  return {
    model: name,
    size,
    weights,
    images: images.shape[0]!,
    ...difference(expected, actual, images.shape[0]!),
    weightBytes: { f32: before.weightBytes, f16: after.weightBytes },
    peakBytes: { f32: before.peakBytes, f16: after.peakBytes },
    medianMs: { f32: timesOf(samples.f32).medianMs, f16: timesOf(samples.f16).medianMs },
  };
}

/** The first image of a batch. */
async function firstOf(batch: Tensor): Promise<Tensor> {
  const [, ...shape] = batch.shape;
  const size = shape.reduce((product, dim) => product * dim, 1);
  return tensor((await batch.data()).slice(0, size), [1, ...shape]);
}

async function logits(model: Model, batch: Tensor): Promise<Float32Array> {
  return (await model.forward(batch)).data();
}

function difference(expected: Float32Array, actual: Float32Array, images: number): Pick<Row, 'apart' | 'same'> {
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  // Math.max keeps a NaN.
  const apart = expected.reduce((most, logit, i) => Math.max(most, Math.abs(logit - actual[i]!)), 0) / largest;
  const classes = expected.length / images;
  const best = (of: Float32Array, image: number) => {
    const row = of.subarray(image * classes, (image + 1) * classes);
    return row.indexOf(Math.max(...row));
  };
  const same = Array.from({ length: images }, (_, i) => best(expected, i) === best(actual, i)).filter(Boolean).length;
  return { apart, same };
}

function format(rows: readonly Row[]): string {
  const head = ['model', 'size', 'weights', 'apart', 'same class', 'weights MB', 'peak MB', 'ms'];
  const mb = ({ f32, f16 }: Both) => `${(f32 / 1e6).toFixed(1)} -> ${(f16 / 1e6).toFixed(1)}`;
  const cells = rows.map(({ model, size, weights, images, apart, same, weightBytes, peakBytes, medianMs }) => [
    model,
    `${size}`,
    weights,
    apart.toExponential(1),
    `${same} of ${images}`,
    mb(weightBytes),
    mb(peakBytes),
    `${medianMs.f32.toFixed(1)} -> ${medianMs.f16.toFixed(1)}`,
  ]);
  return table(head, cells, 'lrlrrrrr');
}

await command('half', flags, bench);
