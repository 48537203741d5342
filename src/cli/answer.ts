// A picture's answer, and how people see it: the classes with bars, and how long it took.

import type { Classification } from '../registry/answers.ts';
import type { Model } from '../registry/model.ts';
import { bar, bold, duration, print, screenWidth } from './output.ts';

/** Milliseconds. `load`, `compile` and `first` are the model's, and the same for every picture. */
export interface Times {
  readonly load: number;
  readonly compile: number;
  readonly first: number;
  readonly run: number;
}

/** What `--json` gives for a picture. */
export interface Answer {
  readonly image: string;
  readonly model: string;
  readonly top: readonly Classification[];
  readonly ms: Times;
}

const WIDEST_BAR = 40;

/** Prints a picture's answer; with `model`, also what loading it took and where it runs. */
export function printAnswer({ image, top, ms }: Answer, model: Model | null): void {
  const labels = top.map(({ label }) => label.replaceAll('_', ' '));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const width = Math.max(8, Math.min(WIDEST_BAR, screenWidth() - labelWidth - 14));
  const rows = top.map(({ probability }, i) => {
    const percent = `${(100 * probability).toFixed(1)} %`.padStart(7);
    return `  ${labels[i]!.padEnd(labelWidth)}  ${percent}  ${bar(probability, width)}`.trimEnd();
  });
  const run = `steady run ${duration(ms.run)}`;
  const times = model
    ? `load ${duration(ms.load)}, compile ${duration(ms.compile)}, first run ${duration(ms.first)}, ${run}`
    : run;
  const where = model
    ? [`  ${[model.name, model.weights].filter(Boolean).join(' ')}${halves(model)} on ${deviceName(model)}`]
    : [];
  print([bold(image), ...rows, `  ${times}`, ...where, ''].join('\n'));
}

/** What of a model is in half precision. */
function halves(model: Model): string {
  const { weights, activations } = model.summary().storage;
  if (weights === 'f32') return '';
  return activations === 'f16' ? ' in f16' : ' with weights in f16';
}

/** `llvmpipe: Mesa 25.0.7 (a CPU plays the GPU)`. */
export function deviceName({ device: { facts } }: Model): string {
  const name =
    facts.description || [facts.vendor, facts.architecture].filter(Boolean).join(' ') || 'an unnamed adapter';
  return facts.fallback ? `${name} (a CPU plays the GPU)` : name;
}
