// The words that only networks of 1998 are written in: layers as LeCun et al. had them, beside those of layers.ts.

import { GraphError } from '../runtime/errors.ts';
import type { Init, Scope } from '../runtime/graph/scope.ts';
import type { Value } from '../runtime/graph/value.ts';
import { connectionsOf, connectionTable } from '../wgsl/connection_table/connection_table.ts';
import { conv2d as conv2dOp } from '../wgsl/conv2d/conv2d.ts';
import { radialBasis as radialBasisOp } from '../wgsl/radial_basis/radial_basis.ts';
import { affine, avgPool, conv2d, type Layer, linear, tanh } from './layers.ts';

/** Appendix A: uniform within 2.4 over the number of a unit's inputs. */
const uniform = (inputs: number) => (): Init => ({ law: 'uniform', bound: 2.4 / inputs });
const start = (inputs: number) => ({ init: uniform(inputs), biasInit: uniform(inputs) });

/** Channels of an image, features of a vector. */
const width = (x: Value) => Number(x.shape[1]);

/** f(a) = A tanh(S a) with A = 1.7159 and S = 2/3, so that f(1) = 1 and f(-1) = -1 (equation 6 and appendix A). */
export const scaledTanh: Layer = (scope, x) => {
  const squashed = tanh(scope.at('tanh'), affine(scope.at('inner'), x, { scale: 2 / 3 }));
  return affine(scope.at('outer'), squashed, { scale: 1.7159 });
};

/** A convolution of 5x5 from every map to every map. */
export function fullConv2d(scope: Scope, x: Value, out: number): Value {
  return conv2d(scope, x, { out, kernel: 5, ...start(25 * width(x)) });
}

/** A layer of units that see all features. */
export function fullLinear(scope: Scope, x: Value, out: number): Value {
  return linear(scope, x, out, start(width(x)));
}

/** The sum of 2x2 inputs, times a weight of the map's, plus a bias of the map's: a convolution of each map with one number. */
export function subsample(scope: Scope, x: Value): Value {
  const sums = affine(scope.at('sum'), avgPool(scope.at('mean'), x, { kernel: 2 }), { scale: 4 });
  return conv2d(scope, sums, { out: width(x), kernel: 1, groups: width(x), ...start(4) });
}

/**
 * A convolution of 5x5 between some of the maps: `connections` lists the input maps of each output map. Weight
 * [connections, 5, 5], by output map, then by input map.
 */
export function sparseConv2d(scope: Scope, x: Value, connections: readonly (readonly number[])[]): Value {
  const count = connections.flat().length;
  const init = uniform((25 * count) / connections.length)();
  const weight = scope.parameter('weight', [count, 5, 5], init);
  const bias = scope.parameter('bias', [connections.length], init);
  const w = connectionTable.of({ w: weight }, connectionsOf(connections, width(x)), scope.path);
  return conv2dOp.of({ x, w, bias }, {}, scope.path);
}

/** Squared distances from the first `out` centres, which are not trained: [n, I] -> [n, out]. Throws GraphError where there are fewer. */
export function radialBasis(scope: Scope, x: Value, out: number, centres: readonly (readonly number[])[]): Value {
  if (out > centres.length)
    throw new GraphError(
      'shape_mismatch',
      `radial_basis(${scope.path}): there are ${centres.length} centres, ${out} are asked for`,
    );
  const values = centres.slice(0, out).flat();
  const w = scope.buffer('weight', [out, width(x)], { law: 'given', values });
  return radialBasisOp.of({ x, w }, {}, scope.path);
}
