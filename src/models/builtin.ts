// The families that come with convoke.

import type { Plugin } from '../registry/plugin.ts';
import { lenet } from './lenet.ts';
import { resnet } from './resnet.ts';

export const builtin: readonly Plugin[] = [lenet, resnet];
