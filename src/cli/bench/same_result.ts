// Checks a layer's kernels against its plain kernel, under the bound that follows from what is summed (DESIGN, 4).

import type { Device } from '../../runtime/device/device.ts';
import { type Check, openKernel, runKernel } from './kernel_times.ts';
import { type LayerTensor, positive } from './layer_data.ts';
import type { Layer } from './layers.ts';

interface Sums {
  /** For each element of the result the sum of its terms' magnitudes. */
  readonly terms: ArrayLike<number>;
  readonly length: number;
}

/** The first kernel that comes is the plain one: it must only be finite. */
export function againstPlain(device: Device, layer: Layer): Check {
  const tensors = layer.tensors();
  let plain: { readonly name: string; readonly y: Float32Array } | null = null;
  let known: Promise<Sums> | null = null;
  return async (executor, kernel) => {
    const y = await runKernel(executor, layer, tensors);
    if (!plain) {
      plain = { name: kernel, y };
      const at = y.findIndex((value) => !Number.isFinite(value));
      return at < 0 ? null : `element ${at} is ${y[at]}`;
    }
    known ??= sumsOf(device, layer, plain.name, tensors);
    const sums = await known;
    return difference(y, plain.y, [grown(sums, growthOf(layer, kernel)), sums], layer.sum.granted ?? 0);
  };
}

function growthOf({ value }: Layer, kernel: string): number {
  return value.operator?.kernels.find(({ name }) => name === kernel)?.growth?.() ?? 0;
}

/** Larger terms are mixed from a neighbourhood, so the largest sum stands for it. */
function grown(sums: Sums, growth: number): Sums {
  if (growth === 0) return sums;
  const most = Array.from(sums.terms).reduce((largest, sum) => Math.max(largest, sum), 0);
  return { ...sums, terms: Array.from(sums.terms).fill(growth * most) };
}

/** The same kernel on the magnitudes of what it multiplies. */
async function sumsOf(
  device: Device,
  layer: Layer,
  kernel: string,
  tensors: Readonly<Record<string, LayerTensor>>,
): Promise<Sums> {
  const { length, magnitudes } = layer.sum;
  const all = () => Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, positive(tensor)]));
  const made = magnitudes?.(tensors) ?? all();
  const executor = await openKernel(device, layer, kernel, made);
  try {
    return { terms: await runKernel(executor, layer, made), length };
  } finally {
    executor.dispose();
  }
}

/** Both are off by 4 sqrt(L) 2^-24 sum|terms| at most, and what is granted beside it. The worst element in words, or null. */
function difference(found: Float32Array, plain: Float32Array, sums: readonly Sums[], granted: number): string | null {
  if (found.length !== plain.length) return `${found.length} elements came, the plain kernel gives ${plain.length}`;
  let worst = { at: -1, ratio: 1, bound: 0 };
  for (let i = 0; i < found.length; i++) {
    const apart = Math.abs(found[i]! - plain[i]!);
    if (apart === 0) continue;
    const bound = sums.reduce(
      (sum, { terms, length }) => sum + (4 * Math.sqrt(length) + (length > 0 ? granted : 0)) * 2 ** -24 * terms[i]!,
      0,
    );
    const ratio = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart / bound;
    if (ratio > worst.ratio) worst = { at: i, ratio, bound };
  }
  const { at, ratio, bound } = worst;
  if (at < 0) return null;
  return `element ${at} is ${found[at]}, by the plain kernel ${plain[at]}: apart by ${ratio.toFixed(1)} times the bound ${bound}`;
}
