// Which names a person may have meant.

import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/registry/nearest.ts';

const names = [
  'lenet5',
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'resnext50_32x4d',
  'wide_resnet50_2',
  'vgg16',
];

describe('nearest', () => {
  it.each([
    ['resnet18', ['resnet18', 'resnet34', 'resnet50']],
    ['resnet-18', ['resnet18', 'resnet34', 'resnet50']],
    ['ResNet18', ['resnet18', 'resnet34', 'resnet50']],
    ['rsnet50', ['resnet50']],
    ['resnet', ['resnet18', 'resnet34', 'resnet50']],
    ['wide_resnet50', ['wide_resnet50_2']],
    ['WIDE', ['wide_resnet50_2']],
    ['lenet', ['lenet5']],
    ['vgg19', ['vgg16']],
    ['transformer', []],
    ['', []],
    ['32x', ['resnext50_32x4d']],
  ])('of %j are %j', (word, expected) => {
    expect(nearest(word, names)).toEqual(expected);
  });

  it('takes upper case in the names as well', () => {
    expect(nearest('imagenet1k_v1', ['IMAGENET1K_V1', 'IMAGENET1K_V2'])[0]).toBe('IMAGENET1K_V1');
  });
});
