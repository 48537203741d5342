// ResNet for CIFAR: three stages of 3x3 convolutions on 32x32 images, 6n + 2 layers deep.
//
// K. He, X. Zhang, S. Ren, J. Sun: Deep Residual Learning for Image Recognition, 2015, arXiv:1512.03385, section 4.2 and table 6.
//
// The paper's nets have no parameters on their shortcuts: where the image halves and the channels double, every other pixel is
// passed on and the new channels are zeros (option A). Option B projects with a 1x1 convolution and batch norm.

import * as z from 'zod/mini';
import { configured, defineModels, type ModelSpec } from '../registry/plugin.ts';
import type { Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import {
  adaptiveAvgPool,
  add,
  batchNorm,
  type Conv2dOptions,
  conv2d,
  flatten,
  linear,
  maxPool,
  normalFanIn,
  padChannels,
  relu,
} from './layers.ts';

const config = z.object({
  /** What stands in for the identity where the shape changes (section 3.3). */
  shortcut: z._default(z.enum(['A', 'B']), 'A'),
});
type Shortcut = z.infer<typeof config>['shortcut'];

function block(scope: Scope, x: Value, planes: number, stride: number, shortcut: Shortcut): Value {
  let y = relu(scope.at('relu'), convNorm(scope, 1, x, { out: planes, kernel: 3, stride, padding: 1 }));
  y = convNorm(scope, 2, y, { out: planes, kernel: 3, padding: 1 });
  const same = stride === 1 && x.shape[1] === planes;
  const passed = same ? x : options[shortcut](scope.at('downsample'), x, planes, stride);
  return relu(scope.at('relu'), add(scope, y, passed));
}

const options: Record<Shortcut, (scope: Scope, x: Value, planes: number, stride: number) => Value> = {
  A: (scope, x, planes, stride) => padChannels(scope, maxPool(scope, x, { kernel: 1, stride }), planes),
  B: (scope, x, planes, stride) => batchNorm(scope.at(1), conv(scope.at(0), x, { out: planes, kernel: 1, stride })),
};

/** Depth 6n + 2, n blocks a stage. */
function model(n: number): ModelSpec {
  return {
    ...configured(config, (net, image, { classes, shortcut }) => {
      let x = relu(net.at('relu'), convNorm(net, 1, image, { out: 16, kernel: 3, padding: 1 }));
      for (const [stage, planes] of [16, 32, 64].entries())
        for (let i = 0; i < n; i++) {
          const stride = stage > 0 && i === 0 ? 2 : 1;
          x = block(net.at(`layer${stage + 1}`).at(i), x, planes, stride, shortcut);
        }
      x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
      return linear(net.at('fc'), x, classes);
    }),
    input: { channels: 3, size: 32, minSize: 1 },
    classes: 10,
    weights: [],
  };
}

function conv(scope: Scope, x: Value, shape: Conv2dOptions): Value {
  return conv2d(scope, x, { bias: false, init: normalFanIn, ...shape });
}

function convNorm(scope: Scope, index: number, x: Value, shape: Conv2dOptions): Value {
  return batchNorm(scope.at(`bn${index}`), conv(scope.at(`conv${index}`), x, shape));
}

export const resnetCifar = defineModels({
  family: 'resnet_cifar',
  paper:
    'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015 (arXiv:1512.03385), section 4.2, table 6',
  models: { resnet20: model(3), resnet32: model(5), resnet44: model(7), resnet56: model(9), resnet110: model(18) },
});
