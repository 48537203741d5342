// Batch norm while it learns: the batch's statistics, the running ones, and all gradients.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/runtime/compile/compile.ts';
import { Executor } from '../../src/runtime/device/executor.ts';
import { readParameter } from '../../src/runtime/device/read_parameter.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import { relu } from '../../src/wgsl/activation/activation.ts';
import { batchNorm } from '../../src/wgsl/batch_norm/batch_norm.ts';
import { batchNormChain } from '../../src/wgsl/batch_norm/batch_norm_chain.ref.ts';
import { batchNormEvalGradient } from '../../src/wgsl/batch_norm/batch_norm_eval_gradient.ts';
import { batchNormGradient } from '../../src/wgsl/batch_norm/batch_norm_gradient.ts';
import { batchNormSums } from '../../src/wgsl/batch_norm/batch_norm_sums.ts';
import {
  batchNormEvalGradientReference,
  batchNormGradientReference,
  batchNormSumsReference,
  batchNormTrainReference,
  batchStatisticsReference,
  runningStatisticsReference,
} from '../../src/wgsl/batch_norm/batch_norm_train.ref.ts';
import { batchNormTrain } from '../../src/wgsl/batch_norm/batch_norm_train.ts';
import { batchStatistics } from '../../src/wgsl/batch_norm/batch_statistics.ts';
import { runningStatistics } from '../../src/wgsl/batch_norm/running_statistics.ts';
import { add } from '../../src/wgsl/elementwise/elementwise.ts';
import { rowOf, rowReference, stackReference } from '../../src/wgsl/reduce/row.ref.ts';
import { row, stack } from '../../src/wgsl/reduce/row.ts';
import type { Reference } from '../../src/wgsl/shared/reference.ref.ts';
import { checkEmbedded, checkOperator, checkReference, checkValue } from '../support/check.ts';
import { checkEmbeddedRows } from '../support/embedded_rows.ts';
import { testDevice } from '../support/gpu.ts';
import { checkGradientRule, checkOracleGradients } from '../support/gradient.ts';
import { apply, boundOf, filled, graphInput, type TestTensor, testPipelines, worst } from '../support/operators.ts';
import { oracleCases, oracleInput } from '../support/oracle.ts';
import { SHARED_MISSING } from '../support/shared.ts';

const eps = 1e-3;

const rows = (key: string, shape: readonly number[], scale: number, shift = 0): TestTensor => ({
  ...filled(key, shape, scale, shift),
  rows: true,
});

/** What the operators of a batch norm take, of an x of this shape, all different. */
function tensorsOf(key: string, shape: readonly number[]) {
  const channels = shape[1]!;
  const statistics = rows(`${key}/statistics`, [2, channels], 0.4, 0.7);
  return {
    x: filled(`${key}/x`, shape, 2, 0.5),
    dy: filled(`${key}/dy`, shape),
    statistics,
    sums: rows(`${key}/sums`, [2, channels], shape[0]! * 3),
    weight: filled(`${key}/weight`, [channels], 0.5, 1, true),
    bias: filled(`${key}/bias`, [channels], 0.5, 0, true),
    running_mean: filled(`${key}/mean`, [channels], 0.5, 0, true),
    running_var: filled(`${key}/var`, [channels], 0.5, 1, true),
  };
}

const shapes = [[[1, 1, 1, 1]], [[3, 5]], [[70, 130]], [[3, 12, 5, 3]], [[2, 20, 13, 11]], [[1, 6, 40, 7]]] as const;

describe('batch_statistics', () => {
  it.each(shapes)('of %s', async (shape) => {
    const { x } = tensorsOf(`statistics/${shape.join('x')}`, shape);
    await checkOperator(batchStatistics, { x }, {}, batchStatisticsReference(x));
  });

  it('keeps its digits where the mean is far larger than the deviation', async () => {
    const x = filled('statistics/far', [3, 9, 12, 11], 1, 1000);
    await checkOperator(batchStatistics, { x }, {}, batchStatisticsReference(x));
  });

  it('reads slices of images with a halo', async () => {
    const x = filled('statistics/embedded', [2, 8, 6, 5], 1, 1.5);
    await checkEmbeddedRows(batchStatistics, { x }, {}, batchStatisticsReference(x));
  });
});

describe('batch_norm_train', () => {
  it.each(shapes)('of %s', async (shape) => {
    const { x, statistics, weight, bias } = tensorsOf(`train/${shape.join('x')}`, shape);
    const tensors = { x, statistics, weight, bias };
    await checkOperator(batchNormTrain, tensors, { eps }, batchNormTrainReference(tensors, { eps }));
  });

  it('takes the sum and the activation of a residual block into itself', async () => {
    const { x, statistics, weight, bias, dy: residual } = tensorsOf('train/residual', [2, 6, 3, 3]);
    const tensors = { x, statistics, weight, bias, residual };
    const normed = apply(batchNormTrain, { x, statistics, weight, bias }, { eps });
    const value = relu.of({ x: add.of({ a: normed, b: graphInput('residual', residual) }, {}, 'add') }, {}, 'relu');
    const own = batchNormTrainReference(tensors, { eps });
    const y = own.y.map((v, i) => Math.max(0, v + residual.data[i]!));
    const terms = own.terms.map((v, i) => v + Math.abs(residual.data[i]!));
    await checkValue(value, tensors, { ...own, y, terms });
    const { facts } = await testDevice();
    const steps = compile(graphOf({ y: value }), facts).run.filter(({ operator }) => !operator.includes('_to_'));
    expect(steps.map(({ operator }) => operator)).toEqual(['batch_norm_train']);
  });

  it('reads and writes slices of other images', async () => {
    const { statistics, weight, bias } = tensorsOf('train/embedded', [2, 8, 6, 5]);
    const others = { statistics, weight, bias };
    await checkEmbedded(batchNormTrain, { eps }, (x) => batchNormTrainReference({ x, ...others }, { eps }), { others });
  });

  it('refuses what has another width', () => {
    const { x, weight, bias } = tensorsOf('x', [2, 4, 2, 2]);
    const tensors = { x, statistics: rows('statistics', [2, 3], 1), weight, bias };
    expect(() => apply(batchNormTrain, tensors, {})).toThrow(
      'batch_norm_train(batch_norm_train): statistics must be [2,4] and is [2,3]',
    );
  });
});

describe('the gradient kernels of batch norm', () => {
  it.each(shapes)('of %s', async (shape) => {
    const { x, dy, statistics, sums, weight, running_var } = tensorsOf(`gradient/${shape.join('x')}`, shape);
    const summed = { x, dy, statistics };
    await checkOperator(batchNormSums, summed, { eps }, batchNormSumsReference(summed, { eps }));
    const moved = { ...summed, sums, weight };
    await checkOperator(batchNormGradient, moved, { eps }, batchNormGradientReference(moved, { eps }));
    const scaled = { dy, weight, running_var };
    await checkOperator(batchNormEvalGradient, scaled, { eps }, batchNormEvalGradientReference(scaled, { eps }));
  });

  it.each(['x', 'dy'] as const)('read and write slices of other images as %s', async (input) => {
    const { statistics, sums, weight, running_var, x, dy } = tensorsOf('gradient/embedded', [2, 8, 6, 5]);
    const others = { x, dy, statistics, sums, weight };
    const { [input]: _, ...rest } = others;
    const referenceOf = (given: TestTensor) => batchNormGradientReference({ ...others, [input]: given }, { eps });
    await checkEmbedded(batchNormGradient, { eps }, referenceOf, { input, others: rest });
    if (input === 'x') return;
    const scaled = { weight, running_var };
    const evaluated = (given: TestTensor) => batchNormEvalGradientReference({ dy: given, ...scaled }, { eps });
    await checkEmbedded(batchNormEvalGradient, { eps }, evaluated, { input, others: scaled });
  });

  it('sum over slices of images with a halo', async () => {
    const { statistics } = tensorsOf('sums/embedded', [2, 8, 6, 5]);
    const x = filled('sums/embedded/x', [2, 8, 6, 5], 1, 1.5);
    const dy = filled('sums/embedded/dy', [2, 8, 6, 5], 1, 1.5);
    const tensors = { x, dy, statistics };
    await checkEmbeddedRows(batchNormSums, tensors, { eps }, batchNormSumsReference(tensors, { eps }));
  });

  it('get what they need in rows', async () => {
    const x = rows('row', [2, 5], 1);
    for (const index of [0, 1]) await checkOperator(row, { x }, { row: index }, rowReference(x, { row: index }));
    const [a, b] = [rows('stack/a', [7], 1), rows('stack/b', [7], 1)];
    await checkOperator(stack, { a, b }, {}, stackReference(a, b));
    expect(() => apply(row, { x }, { row: 2 })).toThrow('row(row): x has 2 rows, none of number 2');
  });
});

/** A batch norm of x with the statistics of x. */
function learning(
  { x, weight, bias }: Readonly<Record<'x' | 'weight' | 'bias', TestTensor>>,
  attributes: { eps: number },
) {
  const image = graphInput('x', x);
  const statistics = batchStatistics.of({ x: image }, {}, 'bn');
  const inputs = { x: image, statistics, weight: graphInput('weight', weight), bias: graphInput('bias', bias) };
  return batchNormTrain.of(inputs, attributes, 'bn');
}

const wanted = ['x', 'weight', 'bias'];

describe('the gradient rules of batch norm', () => {
  const shape = fc.oneof(
    fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 5 })),
    fc.tuple(...[4, 3, 3, 3].map((max) => fc.integer({ min: 1, max }))).filter(([n, , h, w]) => n! * h! * w! > 1),
  );

  it('follow central differences through the statistics', () => {
    fc.assert(
      fc.property(shape, fc.nat(), (dims, seed) => {
        const { x, weight, bias } = tensorsOf(`rule/${seed}`, dims);
        const tensors = { x, weight, bias };
        checkGradientRule(learning(tensors, { eps: 0.1 }), tensors, { wanted });
      }),
      { numRuns: 30 },
    );
  });

  it('follow central differences with running statistics', () => {
    fc.assert(
      fc.property(shape, fc.nat(), (dims, seed) => {
        const { x, weight, bias, running_mean, running_var } = tensorsOf(`rule/${seed}`, dims);
        const tensors = { x, weight, bias, running_mean, running_var };
        checkGradientRule(apply(batchNorm, tensors, {}), tensors, { wanted });
      }),
      { numRuns: 30 },
    );
  });
});

/** Runs the effect, and gives the running statistics after it. */
async function moved(
  tensors: Readonly<Record<'x' | 'running_mean' | 'running_var', TestTensor>>,
  momentum: number,
): Promise<Record<'running_mean' | 'running_var', Float32Array>> {
  const { x, running_mean, running_var } = tensors;
  const acquired = await testDevice();
  const statistics = batchStatistics.of({ x: graphInput('x', x) }, {}, 'bn');
  const [, , h = 1, w = 1] = x.shape;
  const running = runningStatistics.of(
    {
      statistics,
      running_mean: graphInput('running_mean', running_mean),
      running_var: graphInput('running_var', running_var),
    },
    { momentum, area: h * w },
    'bn',
  );
  const program = compile(graphOf({ statistics }, [running]), acquired.facts);
  const pipelines = testPipelines(acquired);
  await pipelines.compile([...program.load, ...program.run].map((step) => step.kernel));
  const parameters = Object.entries({ running_mean, running_var }).map(([name, given]) => ({ name, ...given }));
  const executor = await Executor.load(acquired, pipelines, program, parameters);
  try {
    await executor.run(x.shape[0]!, { x: x.data });
    const [mean, variance] = [
      await readParameter(executor, 'running_mean'),
      await readParameter(executor, 'running_var'),
    ];
    return { running_mean: mean, running_var: variance };
  } finally {
    executor.dispose();
  }
}

/** The running statistics' references, with what the batch's statistics err by beside their own. */
function runningReferences(
  tensors: Readonly<Record<'x' | 'running_mean' | 'running_var', TestTensor>>,
  momentum: number,
): Record<'running_mean' | 'running_var', Reference> {
  const { x, running_mean, running_var } = tensors;
  const made = batchStatisticsReference(x);
  const off = boundOf(made);
  const [N = 1, C = 1, H = 1, W = 1] = x.shape;
  const count = N * H * W;
  const statistics = { shape: made.shape, data: made.y };
  const { running_mean: mean, running_var: variance } = runningStatisticsReference(
    { running_mean, running_var, statistics },
    { momentum, count },
  );
  const more = (reference: Reference, from: number, scale: number): Reference => ({
    ...reference,
    granted: reference.granted.map((own, c) => own + momentum * scale * off[from + c]!),
  });
  return { running_mean: more(mean, 0, 1), running_var: more(variance, C, count / (count - 1)) };
}

describe('running_statistics', () => {
  it.each([[[2, 5]], [[3, 12, 5, 3]], [[1, 70, 2, 2]]] as const)('after %s', async (shape) => {
    const { x, running_mean, running_var } = tensorsOf(`running/${shape.join('x')}`, shape);
    const tensors = { x, running_mean, running_var };
    const references = runningReferences(tensors, 0.3);
    const after = await moved(tensors, 0.3);
    for (const key of ['running_mean', 'running_var'] as const)
      expect(worst(after[key], references[key].y, boundOf(references[key])), key).toBeNull();
  });

  it('stay as they were in a channel that overflows, and where the batch is one pixel', async () => {
    const { x, running_mean, running_var } = tensorsOf('running/overflow', [2, 3, 2, 2]);
    const spoilt = { ...x, data: x.data.slice() };
    spoilt.data[5] = Number.POSITIVE_INFINITY;
    spoilt.data[8] = 1e30;
    const after = await moved({ x: spoilt, running_mean, running_var }, 0.1);
    for (const [key, before] of Object.entries({ running_mean, running_var } as const)) {
      const now = after[key as 'running_mean' | 'running_var'];
      expect(now.subarray(1), key).toEqual(before.data.subarray(1));
      expect(now[0], key).not.toBe(before.data[0]);
    }
    const alone = tensorsOf('running/alone', [1, 3, 1, 1]);
    expect(await moved(alone, 0.1)).toEqual({
      running_mean: alone.running_mean.data,
      running_var: alone.running_var.data,
    });
  });
});

describe('batch norm learns as in torch', async () => {
  const oracle = await oracleCases('norm');
  if (!oracle) it('matches torch', (context) => context.skip(SHARED_MISSING));
  const ours = oracle?.filter(({ op }) => op === 'batch_norm') ?? [];

  it.each(ours)('$name', async (test) => {
    const parameters = {
      weight: oracleInput(test, 'weight', true),
      bias: oracleInput(test, 'bias', true),
      running_mean: oracleInput(test, 'runningMean', true),
      running_var: oracleInput(test, 'runningVar', true),
    };
    const { weight, bias, running_mean, running_var } = parameters;
    const x = oracleInput(test, 'x');
    const attributes = { eps: Number(test.attrs.eps) };
    const tensors = { x, weight, bias };
    const dy = filled(`${test.name}/dy`, x.shape);
    if (test.attrs.training === true) {
      const { y, dx, sums } = batchNormChain({ ...tensors, dy }, attributes);
      checkReference(y, test.out.y!);
      const value = learning(tensors, attributes);
      await checkValue(value, tensors, y);
      const references = { x: dx, weight: rowOf(sums, 1), bias: rowOf(sums, 0) };
      await checkOracleGradients(test, value, tensors, { references });

      const momentum = Number(test.attrs.momentum);
      const running = { x, running_mean, running_var };
      const expected = runningReferences(running, momentum);
      checkReference(expected.running_mean, test.out.runningMean!);
      checkReference(expected.running_var, test.out.runningVar!);
      const after = await moved(running, momentum);
      for (const key of ['running_mean', 'running_var'] as const)
        expect(worst(after[key], expected[key].y, boundOf(expected[key])), key).toBeNull();
    } else {
      const value = apply(batchNorm, { x, ...parameters }, attributes);
      const statistics = { shape: [2, x.shape[1]!], data: [...running_mean.data, ...running_var.data] };
      const sums = batchNormSumsReference({ x, dy, statistics }, attributes);
      const references = { weight: rowOf(sums, 1), bias: rowOf(sums, 0) };
      await checkOracleGradients(test, value, { x, ...parameters }, { references });
    }
  });
});
