// RegNet: a design space instead of a design; the widths of all blocks follow from a line and its quantisation.
//
// I. Radosavovic, R. P. Kosaraju, R. Girshick, K. He, P. Dollár: Designing Network Design Spaces, 2020, arXiv:2003.13678,
// section 3.4 (equations 2 to 4, the widths), figure 4 (the X block), figures 15 and 16 (the networks; y adds squeeze-excitation).

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { type PublishedRow, torchvisionWeights, withNaming } from '../registry/torchvision_weights.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import { adaptiveAvgPool, add, flatten, linear, normal, normalFanOut, relu, zeroInit } from './layers.ts';
import { convNorm, roundWidth, squeezeExcitation } from './layers_blocks.ts';

/** A point of the design space: `w0`, `wa` and `wm` of equations 2 and 3, and channels of a group. */
type Design = readonly [depth: number, w0: number, wa: number, wm: number, groupWidth: number];

interface Stage {
  readonly width: number;
  readonly depth: number;
  readonly groupWidth: number;
}

/** Blocks of one width are a stage; a stage's width is a multiple of its groups'. */
function stagesOf([depth, w0, wa, wm, groupWidth]: Design): readonly Stage[] {
  const blocks = new Map<number, number>();
  for (let j = 0; j < depth; j++) {
    const s = Math.round(Math.log((w0 + wa * j) / w0) / Math.log(wm));
    const width = 8 * roundHalfToEven((w0 * wm ** s) / 8);
    blocks.set(width, (blocks.get(width) ?? 0) + 1);
  }
  return [...blocks].map(([width, depth]) => {
    const group = Math.min(groupWidth, width);
    return { width: roundWidth(width, group), depth, groupWidth: group };
  });
}

/** torch's rounding, which counts where a width lies between two multiples of 8, as x_1_6gf's 180 does. */
function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}

/** Figure 4, with an inner width of the outer one; `squeeze` channels where there is squeeze-excitation. */
export function block(
  at: Scope,
  x: Value,
  { width: out, groupWidth }: Omit<Stage, 'depth'>,
  stride: number,
  squeeze: number | null,
): Value {
  let shortcut = x;
  if (stride !== 1 || x.shape[1] !== out) shortcut = convNorm(at.at('proj'), x, { out, kernel: 1, stride });
  const f = at.at('f');
  let y = convNorm(f.at('a'), x, { out, kernel: 1, activation: relu });
  y = convNorm(f.at('b'), y, { out, kernel: 3, stride, groups: out / groupWidth, activation: relu });
  if (squeeze !== null) y = squeezeExcitation(f.at('se'), y, { squeeze, init: normalFanOut });
  y = convNorm(f.at('c'), y, { out, kernel: 1 });
  return relu(at.at('activation'), add(at.at('add'), shortcut, y));
}

function network(stages: readonly Stage[], squeezes: boolean): Build {
  return (net, image, { classes }) => {
    let x = convNorm(net.at('stem'), image, { out: 32, kernel: 3, stride: 2, activation: relu });
    for (const [index, stage] of stages.entries()) {
      const name = `block${index + 1}`;
      for (let i = 0; i < stage.depth; i++) {
        const squeeze = squeezes ? Math.round(0.25 * Number(x.shape[1])) : null;
        x = block(net.at('trunk_output').at(name).at(`${name}-${i}`), x, stage, i === 0 ? 2 : 1, squeeze);
      }
    }
    x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
    return linear(net.at('fc'), x, classes, { init: normal(0.01), biasInit: zeroInit });
  };
}

/** timm counts blocks from 1 and has other words for a block's parts. */
function namesAtTimm(depth: number): readonly [string, string][] {
  const parts = ['a', 'b', 'c'].flatMap((part, i): [string, string][] => [
    [`\\.conv${i + 1}\\.conv\\.`, `.f.${part}.0.`],
    [`\\.conv${i + 1}\\.bn\\.`, `.f.${part}.1.`],
  ]);
  const blocks = Array.from({ length: depth }, (_, i): [string, string] => [
    `^s(\\d)\\.b${i + 1}\\.`,
    `trunk_output.block$1.block$1-${i}.`,
  ]);
  return [
    ['^stem\\.conv\\.', 'stem.0.'],
    ['^stem\\.bn\\.', 'stem.1.'],
    ['^head\\.fc\\.', 'fc.'],
    ['\\.downsample\\.conv\\.', '.proj.0.'],
    ['\\.downsample\\.bn\\.', '.proj.1.'],
    ['\\.se\\.', '.f.se.'],
    ...parts,
    ...blocks,
  ];
}

function model(squeezes: boolean, design: Design, weights: readonly PublishedRow[]): ModelSpec {
  const stages = stagesOf(design);
  const entries = torchvisionWeights(...weights);
  const rename = namesAtTimm(Math.max(...stages.map(({ depth }) => depth)));
  return {
    build: network(stages, squeezes),
    input: { channels: 3, size: entries.find((entry) => entry.default)?.preprocess.crop ?? 224, minSize: 1 },
    classes: 1000,
    weights: withNaming({ huggingface: { rename: [...rename] } }, entries),
  };
}
const x = (design: Design, ...weights: readonly PublishedRow[]) => model(false, design, weights);
const y = (design: Design, ...weights: readonly PublishedRow[]) => model(true, design, weights);

/** Trained by Singh et al. 2022 (arXiv:2201.08371) on hashtags; all of it, or its last layer alone, fine-tuned on ImageNet-1k. */
const swag = (crop: number) => ({ crop, interpolation: 'bicubic', licence: 'CC-BY-NC-4.0' }) as const;

export const regnet = defineModels({
  family: 'regnet',
  paper:
    'Radosavovic, Kosaraju, Girshick, He, Dollár: Designing Network Design Spaces, 2020 (arXiv:2003.13678), figures 15 and 16',
  models: {
    regnet_y_400mf: y(
      [16, 48, 27.89, 2.09, 8],
      ['IMAGENET1K_V1', 'regnet_y_400mf-c65dace8', null, 74.046, 91.716, 256],
      ['IMAGENET1K_V2', 'regnet_y_400mf-e6988f5f', 'regnety_004.tv2_in1k', 75.804, 92.742, 232],
    ),
    regnet_y_800mf: y(
      [14, 56, 38.84, 2.4, 16],
      ['IMAGENET1K_V1', 'regnet_y_800mf-1b27b58c', null, 76.42, 93.136, 256],
      ['IMAGENET1K_V2', 'regnet_y_800mf-58fc7688', 'regnety_008_tv.tv2_in1k', 78.828, 94.502, 232],
    ),
    regnet_y_1_6gf: y(
      [27, 48, 20.71, 2.65, 24],
      ['IMAGENET1K_V1', 'regnet_y_1_6gf-b11a554e', null, 77.95, 93.966, 256],
      ['IMAGENET1K_V2', 'regnet_y_1_6gf-0d7bc02a', 'regnety_016.tv2_in1k', 80.876, 95.444, 232],
    ),
    regnet_y_3_2gf: y(
      [21, 80, 42.63, 2.66, 24],
      ['IMAGENET1K_V1', 'regnet_y_3_2gf-b5a9779c', null, 78.948, 94.576, 256],
      ['IMAGENET1K_V2', 'regnet_y_3_2gf-9180c971', 'regnety_032.tv2_in1k', 81.982, 95.972, 232],
    ),
    regnet_y_8gf: y(
      [17, 192, 76.82, 2.19, 56],
      ['IMAGENET1K_V1', 'regnet_y_8gf-d0d0e4a8', null, 80.032, 95.048, 256],
      ['IMAGENET1K_V2', 'regnet_y_8gf-dc2b1b54', 'regnety_080_tv.tv2_in1k', 82.828, 96.33, 232],
    ),
    regnet_y_16gf: y(
      [18, 200, 106.23, 2.48, 112],
      ['IMAGENET1K_V1', 'regnet_y_16gf-9e6ed7dd', null, 80.424, 95.24, 256],
      ['IMAGENET1K_V2', 'regnet_y_16gf-3e4a00f9', 'regnety_160.tv2_in1k', 82.886, 96.328, 232, { default: true }],
      [
        'IMAGENET1K_SWAG_E2E_V1',
        'regnet_y_16gf_swag-43afe44d',
        'regnety_160.swag_ft_in1k',
        86.012,
        98.054,
        384,
        swag(384),
      ],
      [
        'IMAGENET1K_SWAG_LINEAR_V1',
        'regnet_y_16gf_lc_swag-f3ec0043',
        'regnety_160.swag_lc_in1k',
        83.976,
        97.244,
        224,
        swag(224),
      ],
    ),
    regnet_y_32gf: y(
      [20, 232, 115.89, 2.53, 232],
      ['IMAGENET1K_V1', 'regnet_y_32gf-4dee3f7a', null, 80.878, 95.34, 256],
      ['IMAGENET1K_V2', 'regnet_y_32gf-8db6d4b5', 'regnety_320.tv2_in1k', 83.368, 96.498, 232, { default: true }],
      [
        'IMAGENET1K_SWAG_E2E_V1',
        'regnet_y_32gf_swag-04fdfa75',
        'regnety_320.swag_ft_in1k',
        86.838,
        98.362,
        384,
        swag(384),
      ],
      [
        'IMAGENET1K_SWAG_LINEAR_V1',
        'regnet_y_32gf_lc_swag-e1583746',
        'regnety_320.swag_lc_in1k',
        84.622,
        97.48,
        224,
        swag(224),
      ],
    ),
    regnet_y_128gf: y(
      [27, 456, 160.83, 2.52, 264],
      [
        'IMAGENET1K_SWAG_E2E_V1',
        'regnet_y_128gf_swag-c8ce3e52',
        'regnety_1280.swag_ft_in1k',
        88.228,
        98.682,
        384,
        { ...swag(384), default: true },
      ],
      [
        'IMAGENET1K_SWAG_LINEAR_V1',
        'regnet_y_128gf_lc_swag-cbe8ce12',
        'regnety_1280.swag_lc_in1k',
        86.068,
        97.844,
        224,
        swag(224),
      ],
    ),
    regnet_x_400mf: x(
      [22, 24, 24.48, 2.54, 16],
      ['IMAGENET1K_V1', 'regnet_x_400mf-adf1edd5', null, 72.834, 90.95, 256],
      ['IMAGENET1K_V2', 'regnet_x_400mf-62229a5f', 'regnetx_004_tv.tv2_in1k', 74.864, 92.322, 232],
    ),
    regnet_x_800mf: x(
      [16, 56, 35.73, 2.28, 16],
      ['IMAGENET1K_V1', 'regnet_x_800mf-ad17e45c', null, 75.212, 92.348, 256],
      ['IMAGENET1K_V2', 'regnet_x_800mf-94a99ebd', 'regnetx_008.tv2_in1k', 77.522, 93.826, 232],
    ),
    regnet_x_1_6gf: x(
      [18, 80, 34.01, 2.25, 24],
      ['IMAGENET1K_V1', 'regnet_x_1_6gf-e3633e7f', null, 77.04, 93.44, 256],
      ['IMAGENET1K_V2', 'regnet_x_1_6gf-a12f2b72', 'regnetx_016.tv2_in1k', 79.668, 94.922, 232],
    ),
    regnet_x_3_2gf: x(
      [25, 88, 26.31, 2.25, 48],
      ['IMAGENET1K_V1', 'regnet_x_3_2gf-f342aeae', null, 78.364, 93.992, 256],
      ['IMAGENET1K_V2', 'regnet_x_3_2gf-7071aa85', 'regnetx_032.tv2_in1k', 81.196, 95.43, 232],
    ),
    regnet_x_8gf: x(
      [23, 80, 49.56, 2.88, 120],
      ['IMAGENET1K_V1', 'regnet_x_8gf-03ceed89', null, 79.344, 94.686, 256],
      ['IMAGENET1K_V2', 'regnet_x_8gf-2b70d774', 'regnetx_080.tv2_in1k', 81.682, 95.678, 232],
    ),
    regnet_x_16gf: x(
      [22, 216, 55.59, 2.1, 128],
      ['IMAGENET1K_V1', 'regnet_x_16gf-2007eb11', null, 80.058, 94.944, 256],
      ['IMAGENET1K_V2', 'regnet_x_16gf-ba3796d7', 'regnetx_160.tv2_in1k', 82.716, 96.196, 232],
    ),
    regnet_x_32gf: x(
      [23, 320, 69.86, 2, 168],
      ['IMAGENET1K_V1', 'regnet_x_32gf-9d47f8d0', null, 80.622, 95.248, 256],
      ['IMAGENET1K_V2', 'regnet_x_32gf-6eb8fdc6', 'regnetx_320.tv2_in1k', 83.014, 96.288, 232],
    ),
  },
});
