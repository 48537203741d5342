// A family of one network. Its parameters are named after their places: `stage1.weight`, `stage1.bias`, ..., `fc.weight`.
import { defineModels, layers } from 'convoke';

const sha256 = 'e80a1fa264b14774bb6b875d7b3da1f72457cc35809f9528194df4024319e162';
const { adaptiveAvgPool, conv2d, flatten, linear, maxPool, relu } = layers;
export const shapes = defineModels({
  family: 'shapes',
  paper: 'none: made up to show how a plugin is written',
  models: {
    shapes_tiny: {
      build: (net, image, { classes }) => {
        let x = image;
        for (const [i, out] of [16, 32, 64].entries()) {
          const stage = net.at(`stage${i + 1}`);
          x = relu(stage.at('relu'), conv2d(stage, x, { out, kernel: 3, padding: 1 }));
          x = maxPool(stage.at('pool'), x, { kernel: 2 });
        }
        x = flatten(net.at('flatten'), adaptiveAvgPool(net.at('avgpool'), x, 1));
        return linear(net.at('fc'), x, classes);
      },
      input: { channels: 3, size: 64, minSize: 8 },
      classes: 3,
      weights: [
        {
          id: 'SHAPES_V1',
          sources: [{ kind: 'url', url: 'https://example.com/shapes_tiny.safetensors', sha256 }],
          preprocess: {
            resize: 72,
            crop: 64,
            interpolation: 'bilinear',
            antialias: true,
            mean: [0.5, 0.5, 0.5],
            std: [1, 1, 1],
          },
          classes: ['circle', 'square', 'triangle'],
        },
      ],
    },
  },
});
