// `convoke info`: what a model is, and where its weights come from.

import { registry } from '../index.ts';
import type { ModelInfo } from '../registry/registry.ts';
import { HOSTS } from '../weights/hub.ts';
import type { WeightsEntry, WeightsSource } from '../weights/manifest.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { bold, print, printJson, short, size } from './output.ts';

export async function info({ operands, json }: Arguments): Promise<number> {
  const [name, ...more] = operands;
  if (name === undefined || more.length > 0) throw wrongUsage(`info wants one MODEL, and was given ${operands.length}`);
  const model = registry.info(name);
  const { parameters, macs, weightBytes } = registry.describe(name);
  const weights = model.weights.map((entry) => ({
    ...entry,
    default: entry.default ?? false,
    urls: entry.sources.map(address),
  }));
  if (json) printJson({ ...model, parameters, macs, weightBytes, weights });
  else print(page(model, { parameters, macs, weightBytes }));
  return 0;
}

interface Counts {
  readonly parameters: number;
  readonly macs: number;
  readonly weightBytes: number;
}

function page(model: ModelInfo, { parameters, macs, weightBytes }: Counts): string {
  const { name, family, paper, input, classes, weights } = model;
  const { channels, size: side, minSize } = input;
  const fields = {
    family,
    paper,
    input: `${channels} x ${side} x ${side}${minSize < side ? `, other sizes from ${minSize} x ${minSize}` : ''}`,
    classes: `${classes}`,
    parameters: `${parameters.toLocaleString('en-US')}, ${size(weightBytes)} in float32`,
    'multiply-adds': `${short(macs)} for one image`,
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
    ...sources.map((source) => `${address(source)}${source.kind === 'torchvision' ? ' (not read yet)' : ''}`),
  ];
  return ['', `  weights ${bold(id)}${isDefault ? ' (default)' : ''}`, ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );
}

/** Where a source can be fetched. */
function address(source: WeightsSource): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'torchvision') return `${new URL(source.path, HOSTS.torchvision)}`;
  return `${new URL(`${source.repo}/resolve/main/${source.file}`, HOSTS.huggingface)}`;
}
