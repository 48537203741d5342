// `npm run bench -- half`: what half precision costs in digits and gives in memory and time, for one network after another.

import { type Model, registry, type Tensor } from '../src/index.ts';
import { table } from '../src/registry/table.ts';
import { type Device, openDevice } from '../src/runtime/device/device.ts';
import { calibrated } from './calibrate.ts';
import { command, type Given, whole } from './command.ts';
import { alternate, timesOf } from './measure.ts';
import { noise, openNetwork } from './network.ts';
import { describe, environmentOf, writeJson } from './report.ts';

const MODELS = [
  'lenet5,alexnet,vgg11_bn,squeezenet1_1,googlenet,inception_v3,resnet18,resnet50,resnext50_32x4d,densenet121',
  'mobilenet_v2,mobilenet_v3_large,shufflenet_v2_x1_0,mnasnet1_0,efficientnet_b0,regnet_x_400mf,convnext_tiny',
].join(',');

const flags = {
  model: { value: 'NAME,NAME', about: 'which networks', default: MODELS },
  size: { value: 'N', about: 'height and width of the input, where the network takes so few', default: '64' },
  images: { value: 'N', about: 'noise images that are compared', default: '8' },
  rounds: { value: 'N', about: 'timed runs of one image in each precision', default: '5' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  hub: {
    value: 'DIR|URL',
    about: 'published weights from there; initial ones, with batch norms that fit, if not given',
  },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

interface Row {
  readonly model: string;
  readonly size: number;
  readonly weights: string;
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
  const [size, images, rounds] = (['size', 'images', 'rounds'] as const).map((flag) => whole(flag, given[flag]));
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const environment = environmentOf(given.driver, device.facts);
  const { f16 } = device.facts.features;
  process.stdout.write(`${describe(environment)}\n`);
  process.stdout.write(`weights in f16, activations in ${f16 ? 'f16' : 'f32: the adapter has no shader-f16'}\n\n`);
  const rows: Row[] = [];
  for (const name of (given.model ?? '').split(',')) {
    process.stderr.write(`${name}\n`);
    rows.push(await compare(name, size!, images!, rounds!, given.hub, device));
  }
  process.stdout.write(`${format(rows, images!)}\n`);
  writeJson(given.json, { bench: 'half', environment, images, rows });
  device.destroy();
  return rows.every(({ apart }) => Number.isFinite(apart));
}

async function compare(
  name: string,
  size: number,
  images: number,
  rounds: number,
  hub: string | undefined,
  device: Device,
): Promise<Row> {
  const { input } = registry.info(name);
  const side = Math.min(input.size, Math.max(input.minSize, size));
  const network = await openNetwork(name, { size: side, ...(hub !== undefined && { hub }) });
  const batch = noise(network, images);
  const one = noise(network, 1);
  const state = hub === undefined ? await calibrated(network, batch, device) : network.state;
  const options = { weights: state, size: side, device };
  await using single = await registry.load(name, options);
  await using half = await registry.load(name, { ...options, precision: 'f16' });
  await Promise.all([logits(single, one), logits(half, one)]); // a first run makes machine code
  const samples = await alternate(rounds, { f32: () => logits(single, one), f16: () => logits(half, one) });
  const [expected, actual] = [await logits(single, batch), await logits(half, batch)];
  const [before, after] = [single.summary(), half.summary()];
  return {
    model: name,
    size: side,
    weights: network.weights,
    ...difference(expected, actual, images),
    weightBytes: { f32: before.weightBytes, f16: after.weightBytes },
    peakBytes: { f32: before.peakBytes, f16: after.peakBytes },
    medianMs: { f32: timesOf(samples.f32).medianMs, f16: timesOf(samples.f16).medianMs },
  };
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

function format(rows: readonly Row[], images: number): string {
  const head = ['model', 'size', 'weights', 'apart', 'same class', 'weights MB', 'peak MB', 'ms'];
  const mb = ({ f32, f16 }: Both) => `${(f32 / 1e6).toFixed(1)} -> ${(f16 / 1e6).toFixed(1)}`;
  const cells = rows.map(({ model, size, weights, apart, same, weightBytes, peakBytes, medianMs }) => [
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
