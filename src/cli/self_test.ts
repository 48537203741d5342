// A small network in whole numbers: float32 holds every sum of it exactly, so a device that computes right gives them exactly.

import { conv2d, flatten, linear, relu } from '../models/layers.ts';
import { defineModels } from '../registry/plugin.ts';
import { Registry } from '../registry/registry.ts';
import type { Device } from '../runtime/device/device.ts';
import { tensor } from '../runtime/tensor.ts';

const SIZE = 12;
const KERNELS = 8;
const CLASSES = 10;

const plugin = defineModels({
  family: 'self_test',
  paper: 'none: a 3x3 convolution, a ReLU and a linear layer',
  models: {
    self_test: {
      build: (net, image, { classes }) => {
        const x = relu(net.at('relu'), conv2d(net.at('conv'), image, { out: KERNELS, kernel: 3, padding: 1 }));
        return linear(net.at('fc'), flatten(net.at('flatten'), x), classes);
      },
      input: { channels: 1, size: SIZE, minSize: SIZE },
      classes: CLASSES,
      weights: [],
    },
  },
});

/** Runs it through the whole library, from graph to read-back. Returns the largest difference; 0 when the device is right. */
export async function selfTest(device: Device): Promise<number> {
  const image = wholeNumbers(SIZE * SIZE, 7);
  const conv = { weight: wholeNumbers(KERNELS * 9, 5), bias: wholeNumbers(KERNELS, 3) };
  const fc = { weight: wholeNumbers(CLASSES * KERNELS * SIZE * SIZE, 3), bias: wholeNumbers(CLASSES, 11) };
  const model = await new Registry([plugin]).load('self_test', {
    device,
    weights: {
      'conv.weight': { shape: [KERNELS, 1, 3, 3], data: conv.weight },
      'conv.bias': { shape: [KERNELS], data: conv.bias },
      'fc.weight': { shape: [CLASSES, KERNELS * SIZE * SIZE], data: fc.weight },
      'fc.bias': { shape: [CLASSES], data: fc.bias },
    },
  });
  try {
    const found = await (await model.forward(tensor(image, [1, 1, SIZE, SIZE]))).data();
    const features = convolveAndClip(image, conv.weight, conv.bias);
    const expected = Array.from(fc.bias, (bias, k) =>
      features.reduce((sum, feature, i) => sum + feature * fc.weight[k * features.length + i]!, bias),
    );
    return Math.max(...expected.map((value, k) => Math.abs(value - found[k]!)));
  } finally {
    model.dispose();
  }
}

/** Numbers from -modulus to modulus, in no simple order. */
function wholeNumbers(count: number, modulus: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * 31 + ((i * i) % 17)) % (2 * modulus + 1)) - modulus);
}

function convolveAndClip(x: Float32Array, w: Float32Array, bias: Float32Array): number[] {
  const inside = (at: number) => at >= 0 && at < SIZE;
  return Array.from({ length: KERNELS * SIZE * SIZE }, (_, i) => {
    const [k, p, q] = [Math.floor(i / SIZE ** 2), Math.floor(i / SIZE) % SIZE, i % SIZE];
    let sum = bias[k]!;
    for (let r = -1; r <= 1; r++)
      for (let s = -1; s <= 1; s++)
        if (inside(p + r) && inside(q + s)) sum += x[(p + r) * SIZE + q + s]! * w[k * 9 + (r + 1) * 3 + s + 1]!;
    return Math.max(0, sum);
  });
}
