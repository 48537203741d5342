// Bars on stderr: while a model loads, for downloads, checks, pipelines and tensors; and for whatever else is counted.

import process from 'node:process';
import type { Options, SingleBar } from 'cli-progress';
import type { OnProgress, Progress } from '../runtime/progress.ts';
import { size } from './output.ts';

export interface ProgressBars {
  readonly onProgress: OnProgress;
  /** Wipes the bars off the screen. Safe to call twice. */
  stop(): void;
}

const titles: Readonly<Record<Progress['phase'], string>> = {
  download: 'downloading',
  verify: 'checking',
  tune: 'measuring',
  compile: 'compiling',
  upload: 'uploading',
  warmup: 'warming up',
};

/** A bar a phase, where stderr is a terminal; silence elsewhere. */
export async function showProgress(): Promise<ProgressBars> {
  if (!process.stderr.isTTY) return { onProgress: () => {}, stop: () => {} };
  const { default: cliProgress } = await import('cli-progress');
  const bars = new cliProgress.MultiBar(barOptions('{title} {bar} {amount}', 30), cliProgress.Presets.shades_classic);
  const shown = new Map<string, SingleBar>();
  return {
    onProgress(progress) {
      const { phase, done, total, file = '' } = progress;
      const key = `${phase} ${file}`;
      const payload = { title: titles[phase].padEnd(11), amount: amount(progress) };
      // A download without a length has a bar that stays empty, and a count that grows.
      const most = total ?? Number.MAX_SAFE_INTEGER;
      let bar = shown.get(key);
      if (!bar) shown.set(key, (bar = bars.create(most, done, payload)));
      bar.setTotal(most);
      bar.update(done, payload);
    },
    stop: () => bars.stop(),
  };
}

/** How a bar looks that stands on one line of stderr and leaves nothing behind. */
export function barOptions(format: string, barsize: number): Options {
  return {
    stream: process.stderr,
    format,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize,
    clearOnComplete: true,
    hideCursor: true,
    stopOnComplete: false,
    gracefulExit: false, // an interruption is ours to end
    fps: 15,
  };
}

export interface CountBar {
  update(done: number, total: number): void;
  /** Wipes the bar off the screen. Safe to call twice. */
  stop(): void;
}

/** One bar for a count, where stderr is a terminal and nobody asked for silence. */
export async function showCount(title: string, unit: string, silent = false): Promise<CountBar> {
  if (silent || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const { default: cliProgress } = await import('cli-progress');
  const format = `${title.padEnd(11)} {bar} {value} of {total} ${unit}`;
  const bar = new cliProgress.SingleBar(barOptions(format, 30), cliProgress.Presets.shades_classic);
  let shown = false;
  return {
    update(done, total) {
      if (shown) bar.update(done);
      else bar.start(total, done);
      shown = true;
    },
    stop() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}

function amount({ unit, done, total, file }: Progress): string {
  const number = unit === 'bytes' ? size : String;
  const text = total === undefined ? number(done) : `${number(done)} of ${number(total)}`;
  const what = file ? ` · ${file.slice(file.lastIndexOf('/') + 1)}` : unit === 'bytes' ? '' : ` ${unit}`;
  return text + what;
}
