// Colours changed as torchvision changes those of float tensors, and the lighting of AlexNet.
//
// torchvision, transforms.functional: adjust_brightness, adjust_contrast, adjust_saturation, adjust_hue.

import type { Canvas } from './canvas.ts';

/** Levels times the factor, cut at 0 and 1. */
export function adjustBrightness({ data }: Canvas, factor: number): void {
  for (let i = 0; i < data.length; i++) data[i] = cut(factor * data[i]!);
}

/** Levels brought nearer to their mean luma (factor below 1), or farther from it. */
export function adjustContrast(canvas: Canvas, factor: number): void {
  const { data, channels } = canvas;
  const plane = data.length / channels;
  let sum = 0;
  for (let i = 0; i < plane; i++) sum += luma(canvas, i);
  const mean = sum / plane;
  for (let i = 0; i < data.length; i++) data[i] = cut(factor * data[i]! + (1 - factor) * mean);
}

/** Colours brought nearer to their own luma, or farther from it; grey stays. */
export function adjustSaturation(canvas: Canvas, factor: number): void {
  const { data, channels } = canvas;
  if (channels === 1) return;
  const plane = data.length / channels;
  for (let i = 0; i < plane; i++) {
    const grey = luma(canvas, i);
    for (let at = i; at < data.length; at += plane) data[at] = cut(factor * data[at]! + (1 - factor) * grey);
  }
}

/** Hues turned by a part of the circle (-0.5 to 0.5), through HSV; grey stays. */
export function adjustHue({ data, channels }: Canvas, turn: number): void {
  if (channels === 1) return;
  const plane = data.length / channels;
  for (let i = 0; i < plane; i++) {
    const [r, g, b] = [data[i]!, data[i + plane]!, data[i + 2 * plane]!];
    const value = Math.max(r, g, b);
    const range = value - Math.min(r, g, b);
    if (range === 0) continue;
    const sixth = value === r ? (g - b) / range : value === g ? 2 + (b - r) / range : 4 + (r - g) / range;
    const hue = sixth / 6 + turn;
    const six = 6 * (hue - Math.floor(hue));
    const sector = Math.floor(six) % 6;
    const rest = six - Math.floor(six);
    const low = value - range;
    const falling = value - range * rest;
    const rising = value - range * (1 - rest);
    data[i] = [value, falling, low, low, rising, value][sector]!;
    data[i + plane] = [rising, value, value, falling, low, low][sector]!;
    data[i + 2 * plane] = [low, low, rising, value, value, falling][sector]!;
  }
}

// Eigenvalues and eigenvectors (columns) of the covariance of ImageNet's RGB levels in [0, 1], as fb.resnet.torch
// published them.
const VALUES = [0.2175, 0.0188, 0.0045];
const VECTORS = [
  [-0.5675, 0.7192, 0.4009],
  [-0.5808, -0.0045, -0.814],
  [-0.5836, -0.6948, 0.4203],
];

/**
 * Adds [p1 p2 p3] [a1 l1, a2 l2, a3 l3] to every pixel: A. Krizhevsky, I. Sutskever, G. Hinton: ImageNet
 * Classification with Deep Convolutional Neural Networks, 2012, section 4.1. Nothing is cut. Grey gets the mean of
 * what the three channels would.
 */
export function addLighting({ data, channels }: Canvas, alphas: readonly [number, number, number]): void {
  const shifts = VECTORS.map((row) => row.reduce((sum, p, k) => sum + p * alphas[k]! * VALUES[k]!, 0));
  const own = channels === 1 ? [(shifts[0]! + shifts[1]! + shifts[2]!) / 3] : shifts;
  const plane = data.length / channels;
  for (let i = 0; i < data.length; i++) data[i]! += own[Math.floor(i / plane)]!;
}

// torchvision's rgb_to_grayscale.
function luma({ data, channels }: Canvas, i: number): number {
  if (channels === 1) return data[i]!;
  const plane = data.length / channels;
  return 0.2989 * data[i]! + 0.587 * data[i + plane]! + 0.114 * data[i + 2 * plane]!;
}

function cut(level: number): number {
  return Math.min(1, Math.max(0, level));
}
