// `convoke explain`: where in a picture a model sees a class, as a picture.

import { basename, extname } from 'node:path';
import { decodeImage } from '#decode';
import { registry } from '../index.ts';
import type { Classification } from '../registry/answers.ts';
import { nearest } from '../registry/nearest.ts';
import { UsageError } from '../runtime/errors.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { loadModel } from './load_model.ts';
import { bold, print, printJson } from './output.ts';
import { quantile, scaledHeat, writeOverlay } from './overlay.ts';
import { shareText } from './score_text.ts';

/** A few pixels move a logit far more than all others: they are shown alike, so that the others show at all. */
const BRIGHTEST = 0.99;

export async function explain(args: Arguments, signal: AbortSignal): Promise<number> {
  const { operands, model: name = 'resnet18', method = 'gradcam', top: count = 5, json = false } = args;
  const [image, ...more] = operands;
  if (image === undefined || more.length > 0)
    throw wrongUsage(`explain wants one IMAGE, and was given ${operands.length}`);
  registry.info(name); // an unknown name is told before anything is read
  const pixels = await decodeImage(image, { signal });
  const model = await loadModel(name, args, signal);
  try {
    const answers = await model.classify(pixels, { top: Number.MAX_SAFE_INTEGER, signal });
    const chosen = args.class === undefined ? answers[0]! : find(args.class, answers, name);
    signal.throwIfAborted();
    const map = await (method === 'gradcam'
      ? model.gradCam(pixels, chosen.index)
      : model.saliency(pixels, chosen.index));
    const [height = 1, width = 1] = map.shape;
    const data = await map.data();
    const hottest = method === 'saliency' ? quantile(data, BRIGHTEST) : undefined;
    const out = args.out ?? `${basename(image, extname(image))}-${method}.png`;
    await writeOverlay(out, pixels, scaledHeat({ height, width, data }, hottest), model.preprocess);
    if (json) printJson({ image, model: name, method, class: chosen, top: answers.slice(0, count), file: out });
    else printExplanation(image, chosen, method, out);
    return 0;
  } finally {
    model.dispose();
  }
}

/** By its label or its number. Throws UsageError with the nearest labels. */
function find(wanted: string, answers: readonly Classification[], model: string): Classification {
  const plain = (label: string) => label.replaceAll('_', ' ').toLowerCase();
  const named = answers.find(({ label }) => plain(label) === plain(wanted));
  const numbered = /^\d+$/.test(wanted) ? answers.find(({ index }) => index === Number(wanted)) : undefined;
  const found = named ?? numbered;
  if (found) return found;
  const labels = nearest(
    wanted,
    answers.map(({ label }) => label),
  );
  const hint =
    labels.length > 0 ? `; did you mean ${labels.join(', ')}?` : ` and numbers from 0 to ${answers.length - 1}`;
  throw new UsageError('invalid_argument', `--class: ${model} has no class '${wanted}'${hint}`);
}

function printExplanation(image: string, { label, probability }: Classification, method: string, file: string): void {
  const what = method === 'gradcam' ? 'where the model sees it' : 'which pixels move it';
  print(bold(image));
  print(`  ${label.replaceAll('_', ' ')}  ${shareText(probability)}`);
  print(`  ${what}: ${file}`);
}
