// What the contenders train: one network from one state dict, on one batch again and again, by the same optimizer.

import { type Device, registry, tensor } from '../src/index.ts';
import { settle } from '../src/runtime/device/acquire.node.ts';
import type { AdapterFacts } from '../src/runtime/plan/facts.ts';
import { sgd } from '../src/training/optimizers.ts';
import { type Network, noise } from './network.ts';

/** Stochastic gradient descent: v = momentum v + gradient, weight -= rate v. */
export const RATE = 0.01;
export const MOMENTUM = 0.9;

export interface Task {
  readonly network: Network;
  readonly classes: number;
  readonly batch: number;
  /** [batch, channels, size, size] of noise: it can be learnt by heart, so that the loss falls. */
  readonly images: Float32Array<ArrayBuffer>;
  readonly shape: readonly number[];
  readonly labels: readonly number[];
}

/** Uploads the batch, takes a step, and returns the loss before it. */
export type Step = () => Promise<number>;

export async function taskOf(network: Network, classes: number, batch: number): Promise<Task> {
  const images = noise(network, batch);
  const labels = Array.from({ length: batch }, (_, i) => i % classes);
  return { network, classes, batch, images: await images.data(), shape: images.shape, labels };
}

export async function openConvoke(task: Task, device: Device): Promise<Step> {
  const { name, state: weights, size } = task.network;
  const model = await registry.load(name, { weights, size, device });
  const trainer = await model.trainer({ optimizer: sgd({ lr: RATE, momentum: MOMENTUM }) });
  const images = tensor(task.images, task.shape);
  return async () => (await trainer.step({ images, labels: task.labels })).loss;
}

/** [batch, classes], ones where the labels are. */
export function oneHot({ labels, classes }: Task): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return rows;
}

/** The same numbers with their dimensions in another order, as numpy's `transpose(axes)` and then a copy. */
export function permuted(data: Float32Array, shape: readonly number[], axes: readonly number[]) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const out = new Float32Array(data.length);
  const walk = (depth: number, from: number, to: number): number => {
    if (depth === axes.length) {
      out[to] = data[from]!;
      return to + 1;
    }
    const axis = axes[depth]!;
    let at = to;
    for (let i = 0; i < shape[axis]!; i++) at = walk(depth + 1, from + i * strides[axis]!, at);
    return at;
  };
  walk(0, 0, 0);
  return out;
}

/** The peers look for WebGPU where browsers have it; they find the adapter that convoke has. */
export function pretendBrowser(gpu: GPU): void {
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: '' }, configurable: true });
}

/** A step that waits as convoke waits, and so leaves the core to a CPU driver: left alone, Dawn would poll from it. */
export function settled(step: Step, facts: AdapterFacts): Step {
  return () => settle(step(), facts);
}
