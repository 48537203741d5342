// What a person sees while a model learns: a bar for the steps under way, and a line for every epoch, on stderr.

import process from 'node:process';
import type { SingleBar } from 'cli-progress';
import type { EpochEvent, StepEvent, TrainingEvent } from '../training/events.ts';
import { tell } from './output.ts';
import { barOptions } from './progress.ts';
import { countText, lossText, shareText, timeText } from './score_text.ts';

export interface TrainingDisplay {
  show(event: TrainingEvent): void;
  /** Wipes the bar off the screen. Safe to call twice. */
  stop(): void;
}

/** A bar only where stderr is a terminal; nothing at all where `silent`. */
export async function showTraining({ silent }: { readonly silent: boolean }): Promise<TrainingDisplay> {
  if (silent) return { show: () => {}, stop: () => {} };
  const bar = process.stderr.isTTY ? await stepBar() : null;
  let shown = false;
  const stop = () => {
    if (shown) bar?.stop();
    shown = false;
  };
  return {
    show(event) {
      if (event.kind === 'epoch') {
        stop();
        tell(epochLine(event));
      } else if (bar) {
        if (!shown) bar.start(event.steps, event.step, { text: stepText(event), title: epochOf(event) });
        else bar.update(event.step, { text: stepText(event), title: epochOf(event) });
        shown = true;
      }
    },
    stop,
  };
}

async function stepBar(): Promise<SingleBar> {
  const { default: cliProgress } = await import('cli-progress');
  return new cliProgress.SingleBar(barOptions('{title} {bar} {text}', 20), cliProgress.Presets.shades_classic);
}

/** ` 3 of 20`, as wide for every epoch. */
const epochOf = ({ epoch, epochs }: TrainingEvent): string =>
  `epoch ${String(epoch).padStart(`${epochs}`.length)} of ${epochs}`;

/** `loss 0.0812  accuracy 97.7 %  4,878 pictures/s  3 min 20 s left`. */
export function stepText({ loss, accuracy, imagesPerSecond, secondsLeft }: StepEvent): string {
  const parts = [
    `loss ${lossText(loss)}`,
    accuracy !== null && `accuracy ${(100 * accuracy).toFixed(1)} %`,
    `${countText(imagesPerSecond)} pictures/s`,
    `${timeText(secondsLeft)} left`,
  ];
  return parts.filter(Boolean).join('  ');
}

/** ` 3 of 20  loss 0.0812  accuracy 97.62 %  validation loss 0.0611  accuracy 98.10 %  12.3 s  best`. */
export function epochLine(event: EpochEvent): string {
  const { loss, accuracy, validation, best, seconds, stopped } = event;
  if (stopped === 'interrupted') return `${epochOf(event)}  interrupted`;
  const parts = [
    epochOf(event),
    `loss ${lossText(loss)}`,
    accuracy !== null && `accuracy ${shareText(accuracy)}`,
    validation && `validation loss ${lossText(validation.loss)}`,
    validation && `accuracy ${shareText(validation.top1)}`,
    timeText(seconds),
    best && 'best',
    stopped === 'early' && 'stopped: no better for a while',
  ];
  return parts.filter(Boolean).join('  ');
}
