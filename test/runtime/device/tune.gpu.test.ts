// Measuring candidates on this very adapter: all of ours are right here, what is not is found out, and the winner is used.

import { describe, expect, it } from 'vitest';
import { Choices } from '../../../src/runtime/compile/choices.ts';
import { callsOf } from '../../../src/runtime/compile/choose_kernels.ts';
import { lower } from '../../../src/runtime/compile/lower.ts';
import { Device } from '../../../src/runtime/device/device.ts';
import { tune } from '../../../src/runtime/device/tune.ts';
import { type Graph, graphOf } from '../../../src/runtime/graph/graph.ts';
import { input, Scope } from '../../../src/runtime/graph/scope.ts';
import type { Value } from '../../../src/runtime/graph/value.ts';
import { conv2d } from '../../../src/wgsl/conv2d/conv2d.ts';
import { conv2dInputGradient } from '../../../src/wgsl/conv2d/conv2d_input_gradient.ts';
import { conv2dWeightGradient } from '../../../src/wgsl/conv2d/conv2d_weight_gradient.ts';
import { defineKernel } from '../../../src/wgsl/kernel.ts';
import { linear } from '../../../src/wgsl/linear/linear.ts';
import type { Candidate } from '../../../src/wgsl/op.ts';
import { testDevice } from '../../support/gpu.ts';
import { conv, dense, image } from '../../support/nets.ts';

const device = new Device(await testDevice());
const x = image();
const root = Scope.root();

/** conv's first kernel with other numbers. */
function spoilt(name: string, change: Partial<Candidate>, uniforms: Readonly<Record<string, number>> = {}): Candidate {
  const plain = conv2d.kernels[0] as Candidate;
  return {
    ...plain,
    name,
    suits: () => 100,
    emit: (call, emitter) =>
      plain.emit(call, {
        ...emitter,
        step: (step) => emitter.step({ ...step, uniforms: (n) => ({ ...step.uniforms(n), ...uniforms }) }),
      }),
    ...change,
  };
}

function withCandidate(candidate: Candidate): { graph: Graph; y: Value } {
  const made = conv(Scope.root().at('conv'), x, 16, { kernel: 3 });
  const y = { ...made, operator: { ...conv2d, kernels: [conv2d.kernels[0], candidate] } } as unknown as Value;
  return { graph: graphOf({ y }), y };
}

const kernelsOf = (graph: Graph, choices: Choices) =>
  lower(graph, device.facts, choices.choose).run.map(({ kernel }) => kernel.name);

describe('tune', () => {
  it('finds every candidate right, whatever the adapter, and remembers a winner a class', async () => {
    const wide = conv(
      root.at('wide'),
      conv(root.at('same'), conv(root.at('first'), x, 16, { kernel: 3 }), 16, { kernel: 3 }),
      16,
      { kernel: 3 },
    );
    const point = conv(root.at('point'), wide, 24);
    const w: Value = { kind: 'parameter', name: 'dw', shape: [16, 8, 3, 3], inputs: {}, attributes: {} };
    const dy = input('dy', ['n', 16, 8, 8]);
    const padding = [1, 1, 1, 1];
    const graph = graphOf({
      point,
      logits: dense(root.at('fc'), input('features', ['n', 40]), 10),
      dx: conv2dInputGradient.of({ dy, w }, { padding: [1, 1, 1, 1] }, 'dx'),
      dw: conv2dWeightGradient.of(
        { x, dy },
        { kernel: [3, 3], padding: padding as [number, number, number, number] },
        'dw',
      ),
    });
    const choices = new Choices();
    const progress: string[] = [];
    const classes = await tune(device, graph, choices, {
      rounds: 2,
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    const operators = new Set(classes.map(({ calls }) => calls.split('(')[0]));
    expect(operators).toEqual(new Set([conv2d.name, linear.name, conv2dInputGradient.name, conv2dWeightGradient.name]));
    expect(classes.map(({ layer }) => layer)).not.toContain('wide'); // of the class of `same`
    for (const { candidates, chosen, calls } of classes) {
      expect(candidates.length, calls).toBeGreaterThan(1);
      for (const { kernel, ms, wrong } of candidates)
        expect([kernel, wrong, ms !== null && ms > 0]).toEqual([kernel, null, true]);
      expect(candidates.map(({ kernel }) => kernel)).toContain(chosen);
      expect(choices.toJSON().winners[calls]).toBe(chosen);
    }
    expect(progress).toEqual([...classes.keys(), classes.length].map((done) => `${done}/${classes.length}`));
    expect(await tune(device, graph, choices)).toEqual([]);
  });

  it.runIf(device.facts.features.f16)(
    'measures kernels on images and weights of f16, and knows them from others',
    async () => {
      const wide = conv(root.at('half'), x, 16, { kernel: 3 });
      const graph = graphOf({ y: conv(root.at('halves'), wide, 24) });
      const choices = new Choices();
      const halves = await tune(device, graph, choices, { rounds: 1, half: true });
      expect(halves.map(({ calls }) => calls.split('(')[0])).toEqual(['f16 conv2d', 'f16 conv2d']);
      for (const { candidates } of halves)
        for (const { kernel, wrong } of candidates) expect([kernel, wrong]).toEqual([kernel, null]);
      for (const { calls, chosen } of halves) expect(choices.toJSON().winners[calls]).toBe(chosen);
      const full = await tune(device, graph, choices, { rounds: 1 });
      expect(full.map(({ calls }) => `f16 ${calls}`)).toEqual(halves.map(({ calls }) => calls));
    },
  );

  it('quarantines a kernel whose numbers are wrong', async () => {
    const { graph, y } = withCandidate(spoilt('conv2d_clipped', {}, { low: 0.5 }));
    const choices = new Choices();
    expect(kernelsOf(graph, choices)).toContain('conv2d_direct');
    const [found] = await tune(device, graph, choices, { rounds: 1 });
    expect(found).toMatchObject({
      chosen: 'conv2d_direct',
      candidates: [{ kernel: 'conv2d_clipped', ms: null }, { wrong: null }],
    });
    expect(choices.quarantined.get('conv2d_clipped')).toMatch(
      /^conv2d\(x=.*\).*: number \d+ is 0\.5, and -?[\d.e-]+ by the plain kernel$/,
    );
    const [call] = callsOf(graph, device.facts).values();
    expect(choices.choose(y, call!, ['conv2d_clipped', 'conv2d_direct'])).toBe('conv2d_direct');
  });

  it('quarantines a kernel that does not compile here, by what the device says', async () => {
    const broken = defineKernel('conv2d_broken', ['@compute @workgroup_size(1) fn main() { nothing(); }']);
    const candidate = spoilt('conv2d_broken', {
      emit: (_, emitter) =>
        emitter.step({ kernel: broken, bind: {}, uniforms: () => ({}), grid: () => [1, 1, 1] } as never),
    });
    const choices = new Choices();
    const [found] = await tune(device, withCandidate(candidate).graph, choices, { rounds: 1 });
    expect(found?.chosen).toBe('conv2d_direct');
    expect(choices.quarantined.get('conv2d_broken')).toContain('conv2d_broken');
  });

  it('stops where its caller wants, and leaves what it has found', async () => {
    const stop = new AbortController();
    const choices = new Choices();
    const graph = graphOf({ a: conv(root.at('a'), x, 16, { kernel: 3 }), b: conv(root.at('b'), x, 24, { kernel: 3 }) });
    const tuning = tune(device, graph, choices, {
      rounds: 1,
      signal: stop.signal,
      onProgress: (done) => done === 1 && stop.abort(),
    });
    await expect(tuning).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(Object.keys(choices.toJSON().winners)).toHaveLength(1);
  });
});
