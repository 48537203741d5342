// LeNet-5, the modern form: 28x28 digits padded to 32x32 by the first convolution, full connections between the feature maps.
//
// Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-Based Learning Applied to Document Recognition, 1998, figure 2.
//
// It leaves out what nobody kept: the sparse table of C3, trained pooling coefficients, and the radial basis output.

import { type Build, defineModels, type ModelSpec } from '../registry/plugin.ts';
import { avgPool, conv2d, flatten, type Layer, linear, relu, tanh } from './layers.ts';

function network(activation: Layer): Build {
  return (net, image, { classes }) => {
    let x = conv2d(net.at('conv1'), image, { out: 6, kernel: 5, padding: 2 });
    x = avgPool(net.at('pool1'), activation(net.at('act1'), x), { kernel: 2 });
    x = conv2d(net.at('conv2'), x, { out: 16, kernel: 5 });
    x = avgPool(net.at('pool2'), activation(net.at('act2'), x), { kernel: 2 });
    x = flatten(net.at('flatten'), x);
    x = activation(net.at('act3'), linear(net.at('fc1'), x, 120));
    x = activation(net.at('act4'), linear(net.at('fc2'), x, 84));
    return linear(net.at('fc3'), x, classes);
  };
}

function model(activation: Layer): ModelSpec {
  return { build: network(activation), input: { channels: 1, size: 28, minSize: 28 }, classes: 10, weights: [] };
}

export const lenet = defineModels({
  family: 'lenet',
  paper: 'LeCun, Bottou, Bengio, Haffner: Gradient-Based Learning Applied to Document Recognition, 1998, figure 2',
  models: { lenet5: model(tanh), lenet5_relu: model(relu) },
});
