// The families that come with convoke.

import type { Plugin } from '../registry/plugin.ts';
import { alexnet } from './alexnet.ts';
import { convnext } from './convnext.ts';
import { densenet } from './densenet.ts';
import { efficientnet } from './efficientnet.ts';
import { googlenet } from './googlenet.ts';
import { inceptionV3 } from './inception_v3.ts';
import { lenet } from './lenet.ts';
import { mnasnet } from './mnasnet.ts';
import { mobilenetV2 } from './mobilenet_v2.ts';
import { mobilenetV3 } from './mobilenet_v3.ts';
import { proxylessnas } from './proxylessnas.ts';
import { regnet } from './regnet.ts';
import { resnet } from './resnet.ts';
import { resnetCifar } from './resnet_cifar.ts';
import { shufflenetV2 } from './shufflenet_v2.ts';
import { squeezenet } from './squeezenet.ts';
import { vgg } from './vgg.ts';
import { zfnet } from './zfnet.ts';

export const builtin: readonly Plugin[] = [
  lenet,
  alexnet,
  zfnet,
  vgg,
  squeezenet,
  googlenet,
  inceptionV3,
  resnet,
  resnetCifar,
  densenet,
  mobilenetV2,
  mobilenetV3,
  shufflenetV2,
  mnasnet,
  proxylessnas,
  efficientnet,
  regnet,
  convnext,
];
