// `convoke info`: what a model is, and where its weights come from.

import { registry } from '../index.ts';
import type { ModelInfo } from '../registry/registry.ts';
import { type Description, layerTable, type Precision } from '../registry/summary.ts';
import type { WeightsEntry } from '../weights/manifest.ts';
import { fileAddress } from './addresses.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { bold, print, printJson, short, size } from './output.ts';

export async function info({ operands, layers, precision = 'f32', json }: Arguments): Promise<number> {
  const [name, ...more] = operands;
  if (name === undefined || more.length > 0) throw wrongUsage(`info wants one MODEL, and was given ${operands.length}`);
  const model = registry.info(name);
  const { model: _, layers: rows, ...counts } = registry.describe(name, { precision });
  const weights = model.weights.map((entry) => ({
    ...entry,
    default: entry.default ?? false,
    urls: entry.sources.map(fileAddress),
  }));
  if (json) printJson({ ...model, ...counts, ...(layers && { layers: rows }), weights });
  else print([page(model, counts, precision), ...(layers ? ['', layerTable(rows)] : [])].join('\n'));
  return 0;
}

type Counts = Omit<Description, 'model' | 'layers'>;

function page(model: ModelInfo, counts: Counts, precision: Precision): string {
  const { name, family, paper, input, classes, config, weights } = model;
  const { channels, size: side, minSize } = input;
  const { parameters, macs, weightBytes, activationBytes, withHeads } = counts;
  const choices = Object.entries(config).map(([choice, value]) => `${choice} ${value}`);
  const number = { f32: 'float32', f16: 'float16' }[precision];
  const stored = (count: number, bytes: number) => `${count.toLocaleString('en-US')}, ${size(bytes)} in ${number}`;
  const fields = {
    family,
    paper,
    input: `${channels} x ${side} x ${side}${minSize < side ? `, other sizes from ${minSize} x ${minSize}` : ''}`,
    classes: `${classes}`,
    ...(choices.length > 0 && { config: `${choices.join(', ')} (option config of load)` }),
    parameters: stored(parameters, weightBytes),
    ...(withHeads && {
      'with heads': `${stored(withHeads.parameters, withHeads.weightBytes)}: auxiliary, for training`,
    }),
    'multiply-adds': `${short(macs)} for one image`,
    activations: `${size(activationBytes)} for one image, if all are kept, as training does`,
  };
  const rows = Object.entries(fields).map(([field, value]) => `  ${field.padEnd(15)}${value}`);
  const entries = weights.length > 0 ? weights.map(entryLines) : ['  weights        none published'];
  return [bold(name), ...rows, ...entries].join('\n');
}

function entryLines({
  id,
  default: isDefault,
  accuracy = {},
  licence,
  preprocess,
  classes,
  sources,
}: WeightsEntry): string {
  const scores = Object.entries(accuracy).map(([set, { top1, top5 }]) => {
    const parts = [top1 && `top-1 ${top1} %`, top5 && `top-5 ${top5} %`].filter(Boolean);
    return `${parts.join(', ')} on ${set}`;
  });
  const { resize, crop, interpolation, antialias } = preprocess;
  const lines = [
    ...scores,
    `classes ${typeof classes === 'string' ? classes : classes.length}, licence ${licence ?? 'not told'}`,
    `short side to ${resize}, ${interpolation}${antialias ? ' antialiased' : ''}, centre ${crop} x ${crop}`,
    ...sources.map(fileAddress),
  ];
  return ['', `  weights ${bold(id)}${isDefault ? ' (default)' : ''}`, ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );
}
