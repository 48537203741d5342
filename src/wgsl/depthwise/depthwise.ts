// Depthwise convolution, one filter a channel: any kernel size, stride and dilation. Networks without one never download it.

import type { Conv2dAttributes } from '../conv2d/conv2d.ts';
import { geometry } from '../conv2d/geometry.ts';
import { speed } from '../conv2d/speed.ts';
import { late } from '../late.ts';
import type { Candidate } from '../op.ts';

export const depthwise: Candidate<Conv2dAttributes> = late(
  {
    name: 'depthwise',
    suits(call) {
      const { channels, filters, perGroup } = geometry(call);
      return perGroup === 1 && filters === channels && channels > 1 ? speed(call.facts, 'depthwise') : 0;
    },
    needs({ attributes: { padding } }) {
      const [top, left, bottom, right] = padding;
      return { x: { halo: { top, left, bottom, right } } };
    },
  },
  (_, { attributes: { groups } }) => Number(groups) > 1,
  () => import('./depthwise_emit.ts'),
);
