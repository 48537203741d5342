// The building blocks that the oracle has of every family, from the models' own code.

import { block as convnextBlock } from '../../src/models/convnext.ts';
import { denseBlock, denseLayer, transition } from '../../src/models/densenet.ts';
import { residual as efficientResidual, fused, mbconv } from '../../src/models/efficientnet.ts';
import { auxiliary, inception, torchvision } from '../../src/models/googlenet.ts';
import { mixedA, mixedB, mixedC, mixedD, mixedE } from '../../src/models/inception_v3.ts';
import { invertedResidual } from '../../src/models/mobilenet_v2.ts';
import { bottleneck as bottleneckV3 } from '../../src/models/mobilenet_v3.ts';
import { block as regnetBlock } from '../../src/models/regnet.ts';
import { basic, bottleneck, residual } from '../../src/models/resnet.ts';
import { unit } from '../../src/models/shufflenet_v2.ts';
import { fire } from '../../src/models/squeezenet.ts';
import type { Scope } from '../../src/runtime/graph/scope.ts';
import type { Value } from '../../src/runtime/graph/value.ts';

type Block = (at: Scope, x: Value) => Value;

const mb =
  (block: typeof mbconv, expansion: number, kernel: number, stride: number, out: number, norm = {}): Block =>
  (at, x) =>
    efficientResidual(at, x, block, { expansion, kernel, stride, out, norm }, 0);

/** By the oracle's names; its files say what each is in torchvision's words. */
export const blocks: Readonly<Record<string, Block>> = {
  basic: (at, x) => residual(at, x, basic, 16, 1),
  'basic-down': (at, x) => residual(at, x, basic, 20, 2),
  bottleneck: (at, x) => residual(at, x, bottleneck(), 8, 1),
  'bottleneck-down': (at, x) => residual(at, x, bottleneck(), 10, 2),
  resnext: (at, x) => residual(at, x, bottleneck(8, 32), 16, 1),
  wide: (at, x) => residual(at, x, bottleneck(1, 128), 8, 1),
  'dense-layer': (at, x) => denseLayer(at, [x], 8),
  'dense-block': (at, x) => denseBlock(at, x, 3, 6),
  'dense-transition': transition,
  'inception-v1': (at, x) => inception(at, x, torchvision, [8, 6, 12, 4, 6, 7]),
  'inception-v1-aux': (at, x) => auxiliary(at, x, torchvision, 10),
  'inception-a': (at, x) => mixedA(at, x, 8),
  'inception-b': mixedB,
  'inception-c': (at, x) => mixedC(at, x, 12),
  'inception-d': mixedD,
  'inception-e': mixedE,
  'inverted-v2': (at, x) => invertedResidual(at, x, 6, 16, 1),
  'inverted-v2-down': (at, x) => invertedResidual(at, x, 6, 20, 2),
  'inverted-v2-t1': (at, x) => invertedResidual(at, x, 1, 8, 1),
  'inverted-v3-hs-se': (at, x) => bottleneckV3(at, x, [5, 48, 16, true, 'HS', 1]),
  'inverted-v3-re': (at, x) => bottleneckV3(at, x, [3, 40, 24, false, 'RE', 2]),
  shuffle: (at, x) => unit(at, x, 24, 1),
  'shuffle-down': (at, x) => unit(at, x, 32, 2),
  fire: fire(6, 10, 12),
  mbconv: mb(mbconv, 6, 3, 1, 16),
  'mbconv-down': mb(mbconv, 6, 5, 2, 24),
  'mbconv-e1': mb(mbconv, 1, 3, 1, 8),
  'fused-mbconv': mb(fused, 4, 3, 1, 16, { eps: 1e-3 }),
  'regnet-y': (at, x) => regnetBlock(at, x, { width: 24, groupWidth: 8 }, 2, 4),
  'regnet-x': (at, x) => regnetBlock(at, x, { width: 24, groupWidth: 12 }, 1, null),
  convnext: (at, x) => convnextBlock(at, x, 0),
};
