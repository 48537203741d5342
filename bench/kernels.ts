// `npm run bench -- kernels`: every candidate kernel for layers of real networks, checked against float64 and then timed.

import { type Check, runKernel, timeKernels } from '../src/cli/bench/kernel_times.ts';
import { kernelTable, layerResult } from '../src/cli/bench/layer_result.ts';
import { type Layer, layers } from '../src/cli/bench/layers.ts';
import { type Device, openDevice } from '../src/runtime/device/device.ts';
import { PassTimer } from '../src/runtime/device/pass_timer.ts';
import { measureRoof } from '../src/runtime/device/roof/roof.ts';
import { UsageError } from '../src/runtime/errors.ts';
import { boundOf, worst } from '../test/support/operators.ts';
import { poison } from '../test/support/poison.ts';
import { command, type Given, whole } from './command.ts';
import { referenceOf, summedBy } from './references.ts';
import { describe, environmentOf, writeJson } from './report.ts';

const flags = {
  filter: { value: 'TEXT', about: 'only rows whose operator or name has this text' },
  kernel: { value: 'TEXT', about: 'beside the plain one, only candidates whose name has this text' },
  batch: { value: 'N', about: 'images in a run', default: '1' },
  rounds: { value: 'N', about: 'passes of each candidate, in turn', default: '7' },
  driver: { value: 'NAME', about: 'as for the command; CONVOKE_DRIVER or the best adapter if not given' },
  json: { value: 'FILE', about: 'also write the report there' },
} as const;

async function bench(given: Given<keyof typeof flags>): Promise<boolean> {
  const rounds = whole('rounds', given.rounds);
  const { filter = '', kernel = '' } = given;
  const chosen = layers(whole('batch', given.batch)).filter(({ title }) => title.includes(filter));
  if (chosen.length === 0) throw new UsageError('invalid_argument', `--filter: no row has '${filter}' in its name`);
  const device = await openDevice(given.driver === undefined ? {} : { driver: given.driver });
  const environment = environmentOf(given.driver, device.facts);
  process.stdout.write(`${describe(environment)}\n\n`);
  const roof = await measureRoof(device, { rounds });
  const timer = new PassTimer(device.acquired);
  const rows = [];
  for (const layer of chosen) {
    process.stderr.write(`${layer.title}\n`);
    const check = againstReference(device, layer);
    const times = await timeKernels(device, timer, layer, { rounds, check, wanted: (name) => name.includes(kernel) });
    rows.push(layerResult(layer, times, roof));
  }
  process.stdout.write(`${kernelTable(rows)}\n`);
  const wrong = rows.flatMap(({ layer, kernels }) =>
    kernels.flatMap(({ kernel, wrong }) => (wrong ? [`${kernel} (${layer}): ${wrong}\n`] : [])),
  );
  for (const line of wrong) process.stdout.write(line);
  writeJson(given.json, { bench: 'kernels', environment, batch: Number(given.batch), roof, rows });
  timer.dispose();
  device.destroy();
  return wrong.length === 0;
}

/** In poisoned memory, so that what was not written and what was written astray show too. */
function againstReference({ acquired }: Device, layer: Layer): Check {
  const tensors = layer.tensors();
  const reference = referenceOf(layer, tensors);
  return async (executor, kernel) => {
    const inspect = await poison(acquired, executor, layer.batch);
    const y = await runKernel(executor, layer, tensors);
    const stray = await inspect();
    // The narrow bound first: that of other sums takes seconds to work out, and few results need it.
    const found = worst(y, reference.y, boundOf(reference));
    const summed = found === null ? null : summedBy(kernel, layer, tensors, reference);
    const wrong = summed ? worst(y, reference.y, boundOf(summed)) : found;
    return wrong ?? (stray > 0 ? `${stray} words written astray` : null);
  };
}

await command('kernels', flags, bench);
