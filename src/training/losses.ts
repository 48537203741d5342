// What training makes small: losses as plain choices, each of which adds its operators to a graph.

import { UsageError } from '../runtime/errors.ts';
import type { Value } from '../runtime/graph/value.ts';
import { crossEntropy as crossEntropyOp } from '../wgsl/cross_entropy/cross_entropy.ts';
import { meanSquaredError as meanSquaredErrorOp } from '../wgsl/mean_squared_error/mean_squared_error.ts';

export interface Loss {
  readonly name: string;
  /** What the targets are: class numbers or, where a batch mixes pictures, probabilities; or always probabilities. */
  readonly targets: 'either' | 'probabilities';
  /** A class number whose pictures do not count. */
  readonly ignoreIndex: number | null;
  /** Constants that it reads, by name: vectors with a number for each class. */
  readonly constants: Readonly<Record<string, readonly number[]>>;
  /** logits [n, C], target [n, 1] (class numbers) or [n, C] (probabilities) -> the batch's mean loss [1]. */
  build(logits: Value, target: Value, constants: Readonly<Record<string, Value>>, name: string): Value;
}

export interface CrossEntropyOptions {
  /** The share of the target that is spread over all classes (Szegedy et al. 2015, arXiv:1512.00567, section 7). */
  readonly labelSmoothing?: number;
  /** How much each class counts. */
  readonly classWeights?: readonly number[];
  /** A class number whose pictures do not count. */
  readonly ignoreIndex?: number;
}

/** torch.nn.CrossEntropyLoss: softmax and the logarithm of the right class's share. Throws UsageError 'invalid_argument'. */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  const { labelSmoothing = 0, classWeights, ignoreIndex = null } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new UsageError(
      'invalid_argument',
      `crossEntropy: labelSmoothing must be within 0 and 1, is ${labelSmoothing}`,
    );
  const bad = classWeights?.find((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (bad !== undefined)
    throw new UsageError('invalid_argument', `crossEntropy: classWeights must not be negative, and one is ${bad}`);
  return {
    name: 'cross_entropy',
    targets: 'either',
    ignoreIndex,
    constants: classWeights ? { class_weights: classWeights } : {},
    build: (logits, target, { class_weights }, name) =>
      crossEntropyOp.of({ x: logits, target, weight: class_weights }, { labelSmoothing, ignoreIndex }, name),
  };
}

/** The mean of the squared differences from the targets, which are 1 for the right class and 0 for the others. */
export function meanSquaredError(): Loss {
  return {
    name: 'mean_squared_error',
    targets: 'probabilities',
    ignoreIndex: null,
    constants: {},
    build: (logits, target, _, name) => meanSquaredErrorOp.of({ x: logits, target }, {}, name),
  };
}

/**
 * LeNet-5's own (LeCun et al. 1998, equation 9): beside the classes' penalties competes a rubbish class whose penalty is
 * `rubbish`, which keeps the distances from growing. Logits are the penalties' negatives, as lenet5_1998 gives them.
 */
export function radialBasisLoss({ rubbish = 1 }: { readonly rubbish?: number } = {}): Loss {
  if (!(Number.isFinite(rubbish) && rubbish > 0))
    throw new UsageError('invalid_argument', `radialBasisLoss: rubbish must be positive and is ${rubbish}`);
  return {
    name: 'radial_basis_loss',
    targets: 'either',
    ignoreIndex: null,
    constants: {},
    build: (logits, target, _, name) => crossEntropyOp.of({ x: logits, target }, { rubbish }, name),
  };
}
