// The contract of a model that runs: its numbers are finite, the same every time, and those of an image alone in any batch.

import type { Device } from '../runtime/device/device.ts';
import { UsageError } from '../runtime/errors.ts';
import { Tensor } from '../runtime/tensor.ts';
import { initialise } from '../weights/initialise.ts';
import type { ModelSpec } from './plugin.ts';
import type { Registry } from './registry.ts';

/** Runs the model with first values from a seed. Throws UsageError 'invalid_plugin', and what `load` and `forward` throw. */
export async function checkRun(
  registry: Registry,
  name: string,
  { input: { channels, size } }: ModelSpec,
  device: Device | undefined,
): Promise<void> {
  const model = await registry.load(name, device ? { device } : {});
  try {
    const elements = channels * size * size;
    const { data } = initialise({ name: 'image', shape: [2 * elements], init: { law: 'uniform', bound: 1 } }, 0);
    const forward = async (n: number) =>
      (await model.forward(new Tensor(data.slice(0, n * elements), [n, channels, size, size]))).data();
    const [both, again, alone] = [await forward(2), await forward(2), await forward(1)];
    const at = both.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw broken(name, `logit ${at} of two images is ${both[at]}`);
    same(name, 'the same batch, run twice, differs', both, again);
    same(name, 'an image alone differs from the same image in a batch of two', both.subarray(0, alone.length), alone);
  } finally {
    model.dispose();
  }
}

function same(name: string, what: string, a: Float32Array, b: Float32Array): void {
  const at = a.findIndex((value, i) => value !== b[i]);
  if (at >= 0) throw broken(name, `${what}: logit ${at} is ${a[at]} and ${b[at]}`);
}

function broken(name: string, what: string): UsageError {
  return new UsageError('invalid_plugin', `${name}: ${what}`);
}
