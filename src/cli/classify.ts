// `convoke classify`: what is in pictures, one answer each.

import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import { decodeImage } from '#decode';
import type { ImageSource } from '../image/pixels.ts';
import { samplePicture } from '../image/sample.ts';
import { registry } from '../index.ts';
import { best } from '../registry/answers.ts';
import type { Model } from '../registry/model.ts';
import { ConvokeError, ImageError } from '../runtime/errors.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { type Answer, printAnswer, type Times } from './answer.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { type ErrorDocument, errorDocument } from './failure.ts';
import { loadModel } from './load_model.ts';
import { printJson, tell } from './output.ts';

interface Refusal {
  readonly image: string;
  readonly error: ErrorDocument;
}

interface Picture {
  readonly name: string;
  open(): Promise<ImageSource> | ImageSource;
}

export async function classify(args: Arguments, signal: AbortSignal): Promise<number> {
  const { model: name = 'resnet18', top = 5, json = false } = args;
  const pictures = picturesOf(args);
  registry.info(name); // an unknown name is told before anything is read
  const documents: (Answer | Refusal)[] = [];
  let opened: { model: Model; first: number } | null = null;
  try {
    for (const picture of pictures) {
      signal.throwIfAborted();
      let pixels: ImageSource;
      try {
        pixels = await decodeImage(await picture.open(), { signal });
      } catch (error) {
        if (signal.aborted || !(error instanceof ConvokeError)) throw error;
        documents.push({ image: picture.name, error: errorDocument(error) });
        if (!json) tell(`convoke: ${error.message}`);
        continue;
      }
      // Not before a picture could be read: nobody wants a download in order to hear of a missing file.
      const isFirst = opened === null;
      const model: Model = opened?.model ?? (await loadModel(name, args, signal));
      const input = await model.read(pixels, { signal });
      opened ??= { model, first: (await timed(model, input)).ms };
      const { logits, ms: run } = await timed(model, input);
      const ms = { load: model.ms.load, compile: model.ms.compile, first: opened.first, run };
      const answer = { image: picture.name, model: name, top: best(logits, top, model.classNames), ms };
      documents.push(answer);
      if (!json) printAnswer(answer, isFirst ? model : null);
    }
  } finally {
    opened?.model.dispose();
  }
  if (json)
    printJson(documents.map((document) => ('ms' in document ? { ...document, ms: rounded(document.ms) } : document)));
  return documents.some((document) => 'error' in document) ? 1 : 0;
}

function picturesOf({ operands, sample }: Arguments): Picture[] {
  const pictures: Picture[] = operands.map((name) => ({ name, open: () => openOperand(name) }));
  if (sample) pictures.push({ name: 'sample', open: samplePicture });
  if (pictures.length === 0) throw wrongUsage('classify wants at least one IMAGE, or --sample');
  if (operands.filter((name) => name === '-').length > 1) throw wrongUsage('- is stdin, which can be read once');
  return pictures;
}

function openOperand(name: string): Promise<ImageSource> | ImageSource {
  if (name === '-') return buffer(process.stdin);
  if (/^https?:/i.test(name))
    throw new ImageError('unsupported_image', `${name}: is no file; fetch it first, or pipe it to convoke classify -`);
  return name;
}

async function timed(model: Model, input: Tensor): Promise<{ logits: Float32Array; ms: number }> {
  const started = performance.now();
  const logits = await (await model.forward(input)).data();
  return { logits, ms: performance.now() - started };
}

/** To microseconds. */
function rounded({ load, compile, first, run }: Times): Times {
  const round = (ms: number) => Math.round(ms * 1000) / 1000;
  return { load: round(load), compile: round(compile), first: round(first), run: round(run) };
}
