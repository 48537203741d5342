// The gradient of a channel shuffle: groups x members became members x groups, and another shuffle turns that back. The operator is
// the value's own: a page whose models do not have it would download it with this file otherwise.

import { imageSize } from '../../runtime/plan/layout.ts';
import type { GradientRule } from '../gradients.ts';
import type { channelShuffle } from './channel_shuffle.ts';

export const channelShuffleGradient: GradientRule = ({ name, operator, shape, attributes: { groups } }, dy) => {
  const { of } = operator as typeof channelShuffle;
  return { x: of({ x: dy }, { groups: imageSize(shape).channels / Number(groups) }, name) };
};
