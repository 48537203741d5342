// `convoke pull`: a model's weights, downloaded into the cache and checked.

import { registry } from '../index.ts';
import { fetchWeights } from '../weights/hub.ts';
import { openTensors } from '../weights/open_weights.ts';
import { renamed } from '../weights/rename.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { checkFit } from './check_fit.ts';
import { bold, print, printJson, size } from './output.ts';
import { showProgress } from './progress.ts';

export async function pull(args: Arguments, signal: AbortSignal): Promise<number> {
  const { operands, weights: id, hub, offline, json } = args;
  const [model, ...more] = operands;
  if (model === undefined || more.length > 0)
    throw wrongUsage(`pull wants one MODEL, and was given ${operands.length}`);
  const request = { model, entries: registry.info(model).weights, ...(id !== undefined && { id }), signal };
  const bars = await showProgress();
  try {
    const { onProgress } = bars;
    const { source, entry, naming } = await fetchWeights({ ...request, hub, offline, onProgress });
    const { name: file, size: bytes } = source;
    const reader = await renamed(await openTensors(source), naming, file);
    await checkFit(model, entry, reader.tensors, file).finally(() => reader.close());
    bars.stop();
    if (json) printJson({ model, weights: entry.id, file, bytes });
    else print(`${bold(`${model} ${entry.id}`)}  ${size(bytes)}, whole and of this model: ${file}`);
    return 0;
  } finally {
    bars.stop();
  }
}
