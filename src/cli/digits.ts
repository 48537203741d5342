// `convoke digits`: a few handwritten digits, drawn here, and how a model reads them.

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { drawDigit } from '../image/digits.ts';
import { registry } from '../index.ts';
import { best } from '../registry/answers.ts';
import type { Model } from '../registry/model.ts';
import { tensor } from '../runtime/tensor.ts';
import { philox } from '../weights/philox.ts';
import { deviceName } from './answer.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { pictureRows } from './digit_picture.ts';
import { loadModel } from './load_model.ts';
import { duration, print, printJson, screenWidth } from './output.ts';

const COUNT = 5;

/** What `--json` gives for a digit. */
interface ReadDigit {
  /** What was drawn. */
  readonly digit: number;
  readonly answer: string;
  readonly probability: number;
}

export async function digits(args: Arguments, signal: AbortSignal): Promise<number> {
  const { operands, model: name = 'lenet5', seed = 0, json = false } = args;
  if (operands.length > 0) throw wrongUsage(`digits takes no '${operands[0]}'`);
  registry.info(name); // an unknown name is told before anything is read
  const drawn = chosenDigits(seed).map((digit, i) => ({ digit, pixels: drawDigit(digit, seed * COUNT + i) }));
  const model = await loadModel(name, args, signal);
  try {
    const inputs = await Promise.all(drawn.map(({ pixels }) => model.read(pixels, { signal })));
    await read(model, inputs); // the first run is not timed
    const started = performance.now();
    const answers = await read(model, inputs);
    const ms = performance.now() - started;
    signal.throwIfAborted();
    const found: ReadDigit[] = drawn.map(({ digit }, i) => {
      const { label, probability } = answers[i]!;
      return { digit, answer: label, probability };
    });
    if (json) printJson({ model: name, digits: found, ms });
    else {
      const pictures = drawn.map(({ pixels }, i) => ({ pixels, lines: linesOf(found[i]!) }));
      print(pictureRows(pictures, { width: screenWidth(), colour: showsColours() }).join('\n'));
      const weights = [name, model.weights].filter(Boolean).join(' ');
      print(`${weights} read these ${COUNT} digits, which convoke drew, in ${duration(ms)} on ${deviceName(model)}`);
    }
    return 0;
  } finally {
    model.dispose();
  }
}

/** Different digits, in an order by chance. */
function chosenDigits(seed: number): number[] {
  const order = Array.from({ length: 10 }, (_, digit) => ({ digit, at: philox([digit, 0, 0, 1], [seed, 0])[0]! }));
  return order
    .sort((a, b) => a.at - b.at)
    .slice(0, COUNT)
    .map(({ digit }) => digit);
}

async function read(model: Model, inputs: readonly Awaited<ReturnType<Model['read']>>[]) {
  const parts = await Promise.all(inputs.map((input) => input.data()));
  const [first] = inputs;
  const batch = new Float32Array(parts.flatMap((part) => [...part]));
  const logits = await model.forward(tensor(batch, [inputs.length, ...first!.shape.slice(1)]));
  const data = await logits.data();
  const classes = logits.shape[1]!;
  return inputs.map((_, i) => best(data.subarray(i * classes, (i + 1) * classes), 1, model.classNames)[0]!);
}

/** The answer, how certain it is, and what was meant where it is another. */
function linesOf({ digit, answer, probability }: ReadDigit): string[] {
  const percent = `${(100 * probability).toFixed(1)} %`;
  return answer === String(digit) ? [answer, percent] : [`${answer}, not ${digit}`, percent];
}

/** All 24 bits of them. */
function showsColours(): boolean {
  return Boolean(process.stdout.isTTY && process.stdout.hasColors?.(2 ** 24));
}
