// The main job in a browser: real weights, real photos, torchvision's answers.

import { expect, it } from 'vitest';
import { registry } from '../../src/index.ts';
import { readShared, SHARED_MISSING, sharedJson } from '../support/shared.ts';

interface Expected {
  readonly images: readonly {
    readonly file: string;
    readonly models: {
      readonly resnet18: { readonly top5: readonly number[]; readonly probability: readonly number[] };
    };
  }[];
}

it('resnet18 answers as torchvision does', async (context) => {
  const expected = await sharedJson<Expected>('data/images/imagenet40/expected.json');
  const weights = await readShared('data/hub/resnet18-8ff0dcbe.safetensors');
  if (!expected || !weights) return context.skip(SHARED_MISSING);
  const model = await registry.load('resnet18', { weights: new Blob([weights]) });
  try {
    for (const { file, models } of expected.images.slice(0, 4)) {
      const photo = await readShared(`data/images/imagenet40/${file}`);
      const answers = await model.classify(new Blob([photo!]), { top: 5 });
      expect(answers[0]?.index, file).toBe(models.resnet18.top5[0]);
      for (const [i, { probability }] of answers.entries())
        expect(Math.abs(probability - models.resnet18.probability[i]!), file).toBeLessThan(0.02);
    }
  } finally {
    model.dispose();
  }
});
