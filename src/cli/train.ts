// `convoke train`: a model learns from labelled pictures, and leaves its weights and a report.

import { basename, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { classNamesOf, type Dataset } from '../data/dataset.ts';
import { registry } from '../index.ts';
import type { Model } from '../registry/model.ts';
import { resumeCheckpoint } from '../training/checkpoint.ts';
import { type Evaluation, evaluate } from '../training/evaluate.ts';
import type { EpochEvent } from '../training/events.ts';
import type { Trainer } from '../training/trainer.ts';
import { deviceName } from './answer.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { augmentationsOf } from './augmentations.ts';
import { load, startingWeights } from './load_model.ts';
import { print, printJson, tell } from './output.ts';
import { showCount } from './progress.ts';
import { runFiles, writeReport, writeWeights } from './run_folder.ts';
import { settingsText, trainerOptions } from './training_choices.ts';
import { openTrainingData, type TrainingData } from './training_data.ts';
import { showTraining } from './training_progress.ts';
import { trainingSummary } from './training_summary.ts';
import { version } from './version.ts';

export async function train(args: Arguments, signal: AbortSignal): Promise<number> {
  const { operands, model: name, out = 'run', json = false } = args;
  if (operands.length > 0) throw wrongUsage(`train takes no '${operands[0]}'`);
  if (name === undefined) throw wrongUsage('train needs --model NAME');
  registry.info(name); // what is wrong with the command is told before anything is read
  const augment = augmentationsOf(args.augment);
  const options = trainerOptions(args);
  const began = new Date();
  const started = performance.now();
  const data = await openTrainingData(args);
  const model = await loadStudent(name, args, data.train, signal);
  try {
    const trainer = await model.trainer(options);
    try {
      const stopped = await learn(trainer, data, args, augment, signal);
      const { history } = trainer.progress;
      const outcome = { model: name, data: args.data!, out, epochs: history, stopped };
      if (stopped === 'interrupted') {
        if (json) printJson({ ...outcome, test: null });
        else tell(`convoke: interrupted; --resume goes on from ${out}`);
        return 130;
      }
      await chooseWeights(trainer, args);
      const evaluation = data.test && (await judge(model, data.test, args, signal));
      const classNames = classNamesOf(data.train);
      const set = basename(resolve(args.data!));
      await writeWeights(out, model, classNames, evaluation ? { [set]: evaluation } : {});
      const seconds = (performance.now() - started) / 1000;
      const adapter = deviceName(model);
      const settings = settingsText(args, options, data, model);
      const about = { model: name, data: set, command: commandLine(), began, seconds, adapter, version: version() };
      const test = evaluation && data.test ? { evaluation, dataset: data.test } : null;
      await writeReport(out, { ...about, settings, epochs: history, classNames }, test);
      if (json)
        printJson({ ...outcome, test: evaluation && scores(evaluation), seconds, adapter, files: runFiles(out) });
      else print(trainingSummary(history, evaluation, out, name).join('\n'));
      return 0;
    } finally {
      await trainer.dispose();
    }
  } finally {
    model.dispose();
  }
}

function loadStudent(name: string, args: Arguments, dataset: Dataset, signal: AbortSignal): Promise<Model> {
  const { seed = 0, freeze, size } = args;
  return load(name, args, signal, {
    ...startingWeights(args),
    classes: dataset.classes,
    classNames: classNamesOf(dataset),
    seed,
    ...(freeze !== undefined && { freeze: freeze.split(',') }),
    ...(size !== undefined && { size }),
  });
}

/** Why it ended before its last epoch, if it did. */
async function learn(
  trainer: Trainer,
  { train, validate }: TrainingData,
  { out = 'run', epochs, batch, patience, resume = false, json = false }: Arguments,
  augment: ReturnType<typeof augmentationsOf>,
  signal: AbortSignal,
): Promise<EpochEvent['stopped']> {
  const display = await showTraining({ silent: json });
  let stopped: EpochEvent['stopped'] = null;
  try {
    const events = trainer.fit(train, {
      augment,
      checkpoint: out,
      resume,
      signal,
      steps: true,
      ...(epochs !== undefined && { epochs }),
      ...(batch !== undefined && { batchSize: batch }),
      ...(patience !== undefined && { patience }),
      ...(validate && { validate }),
    });
    for await (const event of events) {
      display.show(event);
      if (event.kind === 'epoch') stopped = event.stopped;
    }
  } finally {
    display.stop();
  }
  return stopped;
}

/**
 * The last epoch's weights, so that the test says nothing but the truth; the best epoch's where epochs were judged by other
 * pictures, or where training was to stop when it got no better.
 */
async function chooseWeights(trainer: Trainer, { out = 'run', validate, patience }: Arguments): Promise<void> {
  if (validate !== undefined || patience !== undefined) await resumeCheckpoint(trainer, out, 'best');
}

async function judge(
  model: Model,
  dataset: Dataset,
  { batch, json }: Arguments,
  signal: AbortSignal,
): Promise<Evaluation> {
  const bar = await showCount('testing', 'pictures', json);
  const options = { signal, onProgress: bar.update, ...(batch !== undefined && { batchSize: batch }) };
  return evaluate([model], dataset, options).finally(bar.stop);
}

function scores({ loss, top1, top5, count }: Evaluation): Pick<Evaluation, 'loss' | 'top1' | 'top5' | 'count'> {
  return { loss, top1, top5, count };
}

/** As a shell would take it. */
function commandLine(): string {
  const words = process.argv
    .slice(2)
    .map((word) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ['convoke', ...words].join(' ');
}
