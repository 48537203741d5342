// Any graph in float64, operator after operator, through the references: an answer for models that nobody else has.

import type { Graph } from '../../src/runtime/graph/graph.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import { activationReference } from '../../src/wgsl/activation/activation.ref.ts';
import { activationGradientReference } from '../../src/wgsl/activation/activation_gradient.ref.ts';
import { activationNames } from '../../src/wgsl/activation/epilogue.ts';
import { preluGradientReference, preluReference } from '../../src/wgsl/activation/prelu.ref.ts';
import { rareActivationReference } from '../../src/wgsl/activation/rare_activations.ref.ts';
import { affineReference } from '../../src/wgsl/affine/affine.ref.ts';
import { batchNormReference } from '../../src/wgsl/batch_norm/batch_norm.ref.ts';
import {
  batchNormEvalGradientReference,
  batchNormGradientReference,
  batchNormSumsReference,
  batchNormTrainReference,
  batchStatisticsReference,
} from '../../src/wgsl/batch_norm/batch_norm_train.ref.ts';
import { channelShuffleReference } from '../../src/wgsl/channel_shuffle/channel_shuffle.ref.ts';
import { concatReference } from '../../src/wgsl/concat/concat.ref.ts';
import { connectionTableReference } from '../../src/wgsl/connection_table/connection_table.ref.ts';
import { connectionTableGradientReference } from '../../src/wgsl/connection_table/connection_table_gradient.ref.ts';
import { conv2dReference } from '../../src/wgsl/conv2d/conv2d.ref.ts';
import type { Conv2dAttributes } from '../../src/wgsl/conv2d/conv2d.ts';
import { conv2dWeightGradientReference } from '../../src/wgsl/conv2d/conv2d_weight_gradient.ref.ts';
import { dilateReference } from '../../src/wgsl/conv2d/dilate.ref.ts';
import { filterTransposeReference } from '../../src/wgsl/conv2d/filter_transpose.ref.ts';
import {
  crossEntropyGradientReference,
  crossEntropyReference,
  nllLossGradientReference,
  nllLossReference,
} from '../../src/wgsl/cross_entropy/cross_entropy.ref.ts';
import { dropoutTrainReference, stochasticDepthTrainReference } from '../../src/wgsl/dropout/dropout_train.ref.ts';
import { elementwiseReference } from '../../src/wgsl/elementwise/elementwise.ref.ts';
import { flattenReference } from '../../src/wgsl/flatten/flatten.ref.ts';
import { unflattenReference } from '../../src/wgsl/flatten/unflatten.ref.ts';
import {
  klDistillationGradientReference,
  klDistillationReference,
} from '../../src/wgsl/kl_distillation/kl_distillation.ref.ts';
import { layerNormReference } from '../../src/wgsl/layer_norm/layer_norm.ref.ts';
import {
  layerNormGradientReference,
  layerNormMomentsReference,
  layerNormSumsReference,
} from '../../src/wgsl/layer_norm/layer_norm_gradient.ref.ts';
import { linearReference } from '../../src/wgsl/linear/linear.ref.ts';
import { linearWeightGradientReference } from '../../src/wgsl/linear/linear_weight_gradient.ref.ts';
import { localResponseNormReference } from '../../src/wgsl/lrn/local_response_norm.ref.ts';
import { localResponseNormGradientReference } from '../../src/wgsl/lrn/local_response_norm_gradient.ref.ts';
import { cropReference } from '../../src/wgsl/pad/crop.ref.ts';
import { padReference } from '../../src/wgsl/pad/pad.ref.ts';
import { adaptiveAvgPool2dReference, avgPool2dReference, maxPool2dReference } from '../../src/wgsl/pool/pool.ref.ts';
import {
  adaptiveAvgPool2dGradientReference,
  avgPool2dGradientReference,
  maxPool2dGradientReference,
} from '../../src/wgsl/pool/pool_gradient.ref.ts';
import { radialBasisReference } from '../../src/wgsl/radial_basis/radial_basis.ref.ts';
import {
  radialBasisGradientCentresReference,
  radialBasisGradientReference,
} from '../../src/wgsl/radial_basis/radial_basis_gradient.ref.ts';
import { broadcastSumReference } from '../../src/wgsl/reduce/broadcast_sum.ref.ts';
import { channelSumReference } from '../../src/wgsl/reduce/channel_sum.ref.ts';
import { rowReference, stackReference } from '../../src/wgsl/reduce/row.ref.ts';
import { resizeReference } from '../../src/wgsl/resize/resize.ref.ts';
import { resizeGradientReference } from '../../src/wgsl/resize/resize_gradient.ref.ts';
import {
  bceWithLogitsGradientReference,
  bceWithLogitsReference,
  meanSquaredErrorGradientReference,
  meanSquaredErrorReference,
} from '../../src/wgsl/shared/pair_loss.ref.ts';
import type { Reference, Tensor } from '../../src/wgsl/shared/reference.ref.ts';
import { sliceReference } from '../../src/wgsl/slice/slice.ref.ts';
import { sliceGradientReference } from '../../src/wgsl/slice/slice_gradient.ref.ts';
import {
  logSoftmaxGradientReference,
  logSoftmaxReference,
  softmaxGradientReference,
  softmaxReference,
} from '../../src/wgsl/softmax/softmax.ref.ts';
import { weightedSumReference } from '../../src/wgsl/weighted_sum/weighted_sum.ref.ts';

type Inputs = Readonly<Record<string, Tensor>>;
/** Each operator checked its attributes when it was applied. */
type Rule = (inputs: Inputs, attributes: never) => Omit<Reference, 'granted'> & Partial<Reference>;

const same = ({ x }: Inputs): Reference => ({
  shape: x!.shape,
  y: Float64Array.from(x!.data),
  terms: new Float64Array(x!.data.length),
  length: 1,
  granted: new Float64Array(x!.data.length),
});

interface Connections {
  readonly inputs: number;
  readonly connections: readonly boolean[];
}

/** The input maps of each output map. */
function tableOf({ inputs, connections }: Connections): number[][] {
  const rows = Array.from({ length: connections.length / inputs }, (_, k) =>
    connections.slice(k * inputs, (k + 1) * inputs),
  );
  return rows.map((row) => [...row.keys()].filter((map) => row[map]));
}

const rules: Readonly<Record<string, Rule>> = {
  conv2d: ({ x, w, bias }, attributes) => conv2dReference({ x: x!, w: w!, ...(bias && { bias }) }, attributes),
  linear: ({ x, w, bias }) => linearReference(x!, w!, bias),
  conv2d_input_gradient: ({ dy, w }, attributes: Conv2dAttributes) => {
    const { shape, y } = filterTransposeReference(w!, attributes.groups);
    return conv2dReference({ x: dy!, w: { shape, data: y } }, attributes);
  },
  linear_input_gradient: ({ dy, w }) => {
    const { shape, y } = filterTransposeReference(w!);
    return linearReference(dy!, { shape, data: y });
  },
  conv2d_weight_gradient: ({ x, dy }, attributes) => conv2dWeightGradientReference(x!, dy!, attributes),
  linear_weight_gradient: ({ x, dy }) => linearWeightGradientReference(x!, dy!),
  filter_transpose: ({ w }, { groups }: { groups: number }) => filterTransposeReference(w!, groups),
  dilate: ({ x }, attributes) => dilateReference(x!, attributes),
  crop: ({ x }, attributes) => cropReference(x!, attributes),
  connection_table: ({ w }, attributes: Connections) =>
    connectionTableReference(w!, tableOf(attributes), attributes.inputs),
  connection_table_gradient: ({ dy }, attributes) => connectionTableGradientReference(dy!, tableOf(attributes)),
  radial_basis: ({ x, w }) => radialBasisReference(x!, w!),
  radial_basis_gradient: ({ x, w, dy }) => radialBasisGradientReference(x!, w!, dy!),
  radial_basis_gradient_centres: ({ x, w, dy }) => radialBasisGradientCentresReference(x!, w!, dy!),
  max_pool2d: ({ x }, attributes) => maxPool2dReference(x!, attributes),
  avg_pool2d: ({ x }, attributes) => avgPool2dReference(x!, attributes),
  adaptive_avg_pool2d: ({ x }, attributes) => adaptiveAvgPool2dReference(x!, attributes),
  max_pool2d_gradient: (inputs, attributes) => maxPool2dGradientReference(inputs as never, attributes),
  avg_pool2d_gradient: ({ dy }, attributes) => avgPool2dGradientReference(dy!, attributes),
  adaptive_avg_pool2d_gradient: ({ dy }, attributes) => adaptiveAvgPool2dGradientReference(dy!, attributes),
  local_response_norm: ({ x }, attributes) => localResponseNormReference(x!, attributes),
  local_response_norm_gradient: (inputs, attributes) => localResponseNormGradientReference(inputs as never, attributes),
  batch_norm: (inputs, attributes) => batchNormReference(inputs as never, attributes),
  batch_statistics: ({ x }) => batchStatisticsReference(x!),
  batch_norm_train: (inputs, attributes) => batchNormTrainReference(inputs as never, attributes),
  batch_norm_sums: (inputs, attributes) => batchNormSumsReference(inputs as never, attributes),
  batch_norm_gradient: (inputs, attributes) => batchNormGradientReference(inputs as never, attributes),
  batch_norm_eval_gradient: (inputs, attributes) => batchNormEvalGradientReference(inputs as never, attributes),
  row: ({ x }, attributes) => rowReference(x!, attributes),
  stack: ({ a, b }) => stackReference(a!, b!),
  layer_norm_moments: ({ x }, attributes) => layerNormMomentsReference(x!, attributes),
  layer_norm_gradient: (inputs) => layerNormGradientReference(inputs as never),
  layer_norm_sums: (inputs) => layerNormSumsReference(inputs as never),
  layer_norm: (inputs, attributes) => layerNormReference(inputs as never, attributes),
  affine: ({ x }, attributes) => affineReference(x!, attributes),
  add: ({ a, b }) => elementwiseReference('add', a!, b!),
  mul: ({ a, b }) => elementwiseReference('mul', a!, b!),
  concat: (inputs) => concatReference(Object.values(inputs)),
  slice: ({ x }, attributes) => sliceReference(x!, attributes),
  channel_shuffle: ({ x }, attributes) => channelShuffleReference(x!, attributes),
  flatten: ({ x }) => flattenReference(x!),
  unflatten: ({ x }, { shape }: { shape: readonly number[] }) => unflattenReference(x!, shape),
  slice_gradient: ({ x }, attributes) => sliceGradientReference(x!, attributes),
  resize_gradient: ({ dy }, attributes) => resizeGradientReference(dy!, attributes),
  pad: ({ x }, attributes) => padReference(x!, attributes),
  add_rows: ({ a, b }) => elementwiseReference('add', a!, b!),
  broadcast_sum: ({ x, by }, attributes) => broadcastSumReference(x!, by, attributes),
  channel_sum: ({ x }) => channelSumReference(x!),
  resize: ({ x }, attributes) => resizeReference(x!, attributes),
  softmax: ({ x }) => softmaxReference(x!),
  log_softmax: ({ x }) => logSoftmaxReference(x!),
  softmax_gradient: ({ y, dy }) => softmaxGradientReference(y!, dy!),
  log_softmax_gradient: ({ y, dy }) => logSoftmaxGradientReference(y!, dy!),
  cross_entropy: (inputs, attributes) => crossEntropyReference(inputs as never, attributes),
  cross_entropy_gradient: (inputs, attributes) => crossEntropyGradientReference(inputs as never, attributes),
  nll_loss: (inputs, attributes) => nllLossReference(inputs as never, attributes),
  nll_loss_gradient: (inputs, attributes) => nllLossGradientReference(inputs as never, attributes),
  mean_squared_error: (inputs, attributes) => meanSquaredErrorReference(inputs as never, attributes),
  mean_squared_error_gradient: (inputs, attributes) => meanSquaredErrorGradientReference(inputs as never, attributes),
  bce_with_logits: (inputs, attributes) => bceWithLogitsReference(inputs as never, attributes),
  bce_with_logits_gradient: (inputs, attributes) => bceWithLogitsGradientReference(inputs as never, attributes),
  kl_distillation: (inputs, attributes) => klDistillationReference(inputs as never, attributes),
  kl_distillation_gradient: (inputs, attributes) => klDistillationGradientReference(inputs as never, attributes),
  weighted_sum: (inputs, attributes) => weightedSumReference(Object.values(inputs), attributes),
  elu: ({ x }, { alpha }: { alpha: number }) => rareActivationReference('elu', x!, alpha),
  softplus: ({ x }) => rareActivationReference('softplus', x!),
  mish: ({ x }) => rareActivationReference('mish', x!),
  gelu_tanh: ({ x }) => rareActivationReference('gelu_tanh', x!),
  prelu: ({ x, weight }) => preluReference(x!, weight!),
  activation_gradient: ({ v, dy }, attributes) => activationGradientReference(v!, dy!, attributes),
  prelu_gradient: ({ x, weight, dy }, attributes) => preluGradientReference(x!, weight!, dy!, attributes),
  dropout: same,
  stochastic_depth: same,
  dropout_train: ({ x, random }, attributes) => dropoutTrainReference(x!, random!, attributes),
  stochastic_depth_train: ({ x, random }, attributes) => stochasticDepthTrainReference(x!, random!, attributes),
  ...Object.fromEntries(
    activationNames.map((name): [string, Rule] => [
      name,
      ({ x }, { slope }: { slope: number | null }) => activationReference(name, x!, slope),
    ]),
  ),
};

/** What one operator makes of its inputs. Graphs are interpreted as models write them: nothing may be fused into it. */
export function interpretValue({ operator, name, attributes }: Value, inputs: Inputs): Reference {
  const rule = rules[operator?.name ?? ''];
  if (!rule) throw new Error(`${name}: there is no reference of ${operator?.name}`);
  if (attributes.activation || inputs.residual) throw new Error(`${name}: something is fused into ${operator?.name}`);
  const made = rule(inputs, attributes as never);
  return { ...made, granted: made.granted ?? new Float64Array(made.y.length) };
}

/** The outputs of a graph; `tensors` gives its inputs and parameters by name, and is asked once for each. */
export function interpret(graph: Graph, tensors: (value: Value) => Tensor): Record<string, Tensor> {
  const made = new Map<Value, Tensor>();
  for (const value of graph.values) {
    if (value.kind !== 'operator') made.set(value, tensors(value));
    else {
      const inputs = Object.entries(value.inputs).map(([key, input]) => [key, made.get(input)!] as const);
      const { shape, y } = interpretValue(value, Object.fromEntries(inputs));
      made.set(value, { shape, data: y });
    }
  }
  return Object.fromEntries(Object.entries(graph.outputs).map(([key, value]) => [key, made.get(value)!]));
}
