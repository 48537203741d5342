// What people see while a model learns, and at the end.
import { describe, expect, it } from 'vitest';
import { visible } from '../../src/cli/chart.ts';
import { countText, lossText, shareText, timeText } from '../../src/cli/score_text.ts';
import { epochLine, stepText } from '../../src/cli/training_progress.ts';
import { scoreLine, trainingSummary } from '../../src/cli/training_summary.ts';
import type { EpochEvent } from '../../src/training/events.ts';

const epoch: EpochEvent = {
  kind: 'epoch',
  epoch: 3,
  epochs: 20,
  loss: 0.08123,
  accuracy: 0.97625,
  rate: 0.01,
  validation: { loss: 0.0611, top1: 0.981, top5: 1, count: 10_000 },
  best: true,
  seconds: 12.34,
  imagesPerSecond: 4878.4,
  secondsLeft: 209.8,
  stopped: null,
};

describe('an epoch', () => {
  it.each<[Partial<EpochEvent>, string]>([
    [{}, 'epoch  3 of 20  loss 0.0812  accuracy 97.63 %  validation loss 0.0611  accuracy 98.10 %  12.3 s  best'],
    [{ validation: null, accuracy: null, best: false }, 'epoch  3 of 20  loss 0.0812  12.3 s'],
    [
      { best: false, stopped: 'early' },
      'epoch  3 of 20  loss 0.0812  accuracy 97.63 %  validation loss 0.0611  accuracy 98.10 %  12.3 s  stopped: no better for a while',
    ],
    [{ stopped: 'interrupted', loss: Number.NaN }, 'epoch  3 of 20  interrupted'],
  ])('%j is a line', (changes, line) => {
    expect(epochLine({ ...epoch, ...changes })).toBe(line);
  });
});

it('a step says how it goes, and when it will be over', () => {
  const { loss, accuracy, rate, imagesPerSecond, secondsLeft } = epoch;
  const step = { epoch: 3, epochs: 20, step: 412, steps: 938, gradientNorm: 1 };
  const event = { kind: 'step' as const, ...step, loss, accuracy, rate, imagesPerSecond, secondsLeft };
  expect(stepText(event)).toBe('loss 0.0812  accuracy 97.6 %  4,878 pictures/s  3 min 30 s left');
  expect(stepText({ ...event, accuracy: null, imagesPerSecond: 2.53 })).toBe(
    'loss 0.0812  2.5 pictures/s  3 min 30 s left',
  );
});

describe('the end', () => {
  const lines = trainingSummary([epoch, { ...epoch, epoch: 4, loss: 0.07 }], epoch.validation, 'run', 'lenet5');

  it('has both charts, the score and the paths', () => {
    const text = lines.map(visible).join('\n');
    expect(text).toMatch(/^loss {2}o training {2}\* validation/m);
    expect(text).toMatch(/^accuracy {2}o training {2}\* validation/m);
    expect(text).toContain('98.10 % of 10,000 pictures right (190 wrong), loss 0.0611');
    expect(text).toMatch(/weights {2}run[/\\]model\.safetensors\n {2}report {3}run[/\\]report\.html/);
    expect(text).toContain('convoke classify IMAGE --model lenet5 --hub run');
  });

  it('has no score where there was no test', () => {
    expect(trainingSummary([epoch], null, 'run', 'lenet5').join('\n')).not.toContain('right');
  });

  it('counts one mistake as one', () => {
    expect(scoreLine({ loss: 1e-5, top1: 21 / 22, top5: 1, count: 22 })).toBe(
      '95.45 % of 22 pictures right (1 wrong), loss 1.0e-5',
    );
  });
});

describe('numbers', () => {
  it.each([
    [0, '0.0 s'],
    [59.9, '59.9 s'],
    [59.96, '1 min 0 s'],
    [119.7, '2 min 0 s'],
    [3599.7, '1 h 0 min'],
    [7500, '2 h 5 min'],
  ])('%f seconds', (seconds, text) => {
    expect(timeText(seconds)).toBe(text);
  });

  it('of losses, shares and counts', () => {
    expect([lossText(0.08123), lossText(1.44e-5), lossText(0), lossText(12.3)]).toEqual([
      '0.0812',
      '1.4e-5',
      '0.0000',
      '12.3000',
    ]);
    expect([shareText(0.99214), shareText(1)]).toEqual(['99.21 %', '100.00 %']);
    expect([countText(4878.4), countText(2.53), countText(7), countText(10_000)]).toEqual([
      '4,878',
      '2.5',
      '7',
      '10,000',
    ]);
  });
});
