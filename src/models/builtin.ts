// The families that come with convoke.

import type { Plugin } from '../registry/plugin.ts';
import { lenet } from './lenet.ts';
import { mnasnet } from './mnasnet.ts';
import { mobilenetV2 } from './mobilenet_v2.ts';
import { mobilenetV3 } from './mobilenet_v3.ts';
import { proxylessnas } from './proxylessnas.ts';
import { resnet } from './resnet.ts';
import { shufflenetV2 } from './shufflenet_v2.ts';

export const builtin: readonly Plugin[] = [
  lenet,
  resnet,
  mobilenetV2,
  mobilenetV3,
  shufflenetV2,
  mnasnet,
  proxylessnas,
];
