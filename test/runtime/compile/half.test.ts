// Programs in half precision: what they keep on the GPU, and what they leave in f32.

import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/runtime/compile/compile.ts';
import { compileHalf } from '../../../src/runtime/compile/half.ts';
import type { AdapterFacts } from '../../../src/runtime/plan/facts.ts';
import { layoutBytes } from '../../../src/runtime/plan/layout.ts';
import { keptBuffers, planProgram } from '../../../src/runtime/plan/plan.ts';
import type { BufferSpec, Program } from '../../../src/runtime/plan/program.ts';
import { allFacts, discrete, lavapipe, swiftshader } from '../../support/facts.ts';
import { buildModel } from '../../support/models.ts';

/** What outlives a run: parameters, and what is made of them. */
function kept(program: Program): readonly BufferSpec[] {
  const ids = keptBuffers(program);
  return program.buffers.filter(({ id, role }) => ids.has(id) && (role === 'parameter' || role === 'constant'));
}

const bytes = (buffers: readonly BufferSpec[]) => buffers.reduce((sum, { layout }) => sum + layoutBytes(layout, 1), 0);
const peak = (program: Program, facts: AdapterFacts) => planProgram(program, facts, { batch: 1 }).peakBytes;

/** Biases, normalisation and scales, [C] or [C, 1, 1]: weights have two dimensions, or four. Filters that lie with their bias count. */
const isVector = ({ name, layout }: BufferSpec) =>
  (layout.kind === 'rows' && layout.shape.length % 2 === 1) || name.endsWith('.d');

describe('resnet50', () => {
  const { graph } = buildModel('resnet50');

  it('has 51 MB of weights on a GPU, not 102, and half of what Winograd makes of some', () => {
    const [single, half] = [compile(graph, discrete), compileHalf(graph, discrete)];
    const [most, transformed] = [kept(single), kept(single).filter(({ name }) => name.endsWith('.u'))];
    // Of nine weights he makes 36.
    expect((bytes(most) - 0.75 * bytes(transformed)) / 1e6).toBeCloseTo(102.2, 0);
    expect(bytes(kept(half)) / bytes(most)).toBeCloseTo(0.5, 2);
    // Sums that are made in parts lie in f32 until they are added up.
    expect(peak(half, discrete)).toBeLessThan(0.53 * peak(single, discrete));
  });

  it('takes half the memory on software drivers, with weights in textures and buffers', () => {
    for (const [facts, kind] of [
      [lavapipe, 'texture'],
      [swiftshader, 'packed'],
    ] as const) {
      const [single, half] = [compile(graph, facts), compileHalf(graph, facts)];
      expect(bytes(kept(half)) / bytes(kept(single))).toBeCloseTo(0.5, 2);
      expect(kept(half).some(({ layout }) => layout.kind === kind)).toBe(true);
    }
    // What Winograd's products are made of, and come to, stays f32.
    expect(peak(compileHalf(graph, lavapipe), lavapipe)).toBeLessThan(0.52 * peak(compile(graph, lavapipe), lavapipe));
  });
});

describe.each(Object.entries(allFacts))('on %s', (_, facts) => {
  it.each(['lenet5', 'squeezenet1_1', 'mobilenet_v2', 'resnext50_32x4d', 'densenet121', 'convnext_tiny'])(
    '%s keeps its weights in half precision alone',
    (name) => {
      const { graph } = buildModel(name, { size: 64 });
      const program = compileHalf(graph, facts);
      const weights = kept(program).filter((buffer) => !isVector(buffer));
      expect(weights.length).toBeGreaterThan(3);
      for (const { name, layout } of weights) expect(layout, name).toMatchObject({ half: true });
    },
  );

  it('stores images in half precision where the adapter has it', () => {
    const { buffers, run } = compileHalf(buildModel('lenet5').graph, facts);
    const images = buffers.flatMap(({ layout }) => (layout.kind === 'image' && layout.height > 1 ? [layout] : []));
    expect(images.length).toBeGreaterThan(3);
    for (const { half } of images) expect(half).toBe(facts.features.f16);
    expect(run.some(({ kernel }) => kernel.enables.includes('f16'))).toBe(facts.features.f16);
  });
});
