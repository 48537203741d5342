// The gradient of a channel shuffle: groups x members became members x groups, and another shuffle turns that back.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import { channelShuffle } from './channel_shuffle.ts';

export const channelShuffleGradient: GradientRule = ({ name, shape, attributes: { groups } }, dy) => ({
  x: channelShuffle.of({ x: dy }, { groups: imageSize(shape).channels / Number(groups) }, name),
});
