// The gradient of a convolution's filters by subgroup broadcasts: the fastest on drivers that run on a CPU, but for few filters.

import { late } from '../late.ts';
import type { Candidate } from '../op.ts';
import { broadcastLanes } from './conv2d_broadcast.ts';
import type { Conv2dWeightGradientAttributes } from './conv2d_weight_gradient.ts';
import { speed } from './speed.ts';
import { xNeeds } from './weight_geometry.ts';

export const conv2dWeightGradientBroadcast: Candidate<Conv2dWeightGradientAttributes> = late(
  {
    name: 'conv2d_weight_gradient_broadcast',
    suits(call) {
      if (broadcastLanes(call) === 0) return 0;
      return speed(call.facts, 'broadcast');
    },
    needs: xNeeds,
  },
  (facts) => speed(facts, 'broadcast') > 0,
  () => import('./conv2d_weight_gradient_broadcast_emit.ts'),
);
