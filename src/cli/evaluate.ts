// `convoke evaluate`: how well a model, or several that answer together, does on labelled pictures.

import { performance } from 'node:perf_hooks';
import { classNamesOf } from '../data/dataset.ts';
import { openDataset } from '../data/open_dataset.ts';
import type { ViewKind } from '../data/views.ts';
import { registry } from '../index.ts';
import type { Model } from '../registry/model.ts';
import { evaluate as score } from '../training/evaluate.ts';
import { deviceName } from './answer.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { loadForData } from './load_model.ts';
import { bold, print, printJson } from './output.ts';
import { showCount } from './progress.ts';
import { countText, lossText, shareText, timeText } from './score_text.ts';

export const viewKinds: Readonly<Record<NonNullable<Arguments['views']>, ViewKind>> = {
  centre: 'centre',
  flip: 'flipped',
  'five-crop': 'five',
  'ten-crop': 'ten',
};

export async function evaluate(args: Arguments, signal: AbortSignal): Promise<number> {
  const { operands, data, batch, views = 'centre', json = false } = args;
  if (operands.length > 0) throw wrongUsage(`evaluate takes no '${operands[0]}'`);
  if (data === undefined) throw wrongUsage('evaluate needs --data DIR');
  const asked = modelsOf(args);
  const { train, test } = await openDataset(data);
  const dataset = test ?? train;
  const models: Model[] = [];
  try {
    for (const [name, weights] of asked)
      models.push(await loadForData(name, { ...args, ...(weights !== undefined && { weights }) }, dataset, signal));
    const started = performance.now();
    const bar = await showCount('evaluating', 'pictures', json);
    const options = { views: viewKinds[views], signal, ...(batch !== undefined && { batchSize: batch }) };
    const result = await score(models, dataset, { ...options, onProgress: bar.update }).finally(bar.stop);
    const seconds = (performance.now() - started) / 1000;
    const { top1, top5, loss, count } = result;
    if (json) {
      const wrong = result.wrong.map(({ index, label, answer, probability }) => {
        const names = classNamesOf(dataset);
        return { picture: dataset.name(index), label: names[label], answer: names[answer], probability };
      });
      printJson({ models: asked.map(([name]) => name), data, views, count, top1, top5, loss, seconds, wrong });
    } else {
      print(bold(`${asked.map(([name]) => name).join(' + ')} on ${countText(count)} pictures of ${data}`));
      print(`  top-1  ${shareText(top1)}`);
      if (dataset.classes > 5) print(`  top-5  ${shareText(top5)}`);
      print(`  loss   ${lossText(loss)}`);
      print(`  ${timeText(seconds)}, ${countText(count / seconds)} pictures/s on ${deviceName(models[0]!)}`);
    }
    return 0;
  } finally {
    for (const model of models) model.dispose();
  }
}

/** Names, each with its weights where there are some for it: `--model a,b --weights x,y`. */
function modelsOf({ model, weights }: Arguments): (readonly [name: string, weights: string | undefined])[] {
  if (model === undefined) throw wrongUsage('evaluate needs --model NAME, or several with commas');
  const names = model.split(',');
  const files = weights?.split(',');
  if (files && files.length !== names.length)
    throw wrongUsage(`--weights names ${files.length} for ${names.length} models`);
  for (const name of names) registry.info(name); // an unknown name is told before anything is read
  return names.map((name, i) => [name, files?.[i]] as const);
}
