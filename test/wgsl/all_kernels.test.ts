// Every kernel variant of every operator is compiled by Dawn's null backend: no driver needed, and errors have line and column.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { callOf } from '../../src/runtime/compile/choose_kernels.ts';
import { optimise } from '../../src/runtime/compile/compile.ts';
import { hoist } from '../../src/runtime/compile/hoist.ts';
import { lower } from '../../src/runtime/compile/lower.ts';
import { type Acquired, factsOf } from '../../src/runtime/device/acquire.ts';
import { Pipelines } from '../../src/runtime/device/pipelines.ts';
import { graphOf } from '../../src/runtime/graph/graph.ts';
import type { Value } from '../../src/runtime/graph/value.ts';
import { type AdapterFacts, limitNames } from '../../src/runtime/plan/facts.ts';
import type { BufferRef, Step } from '../../src/runtime/plan/program.ts';
import { inHalf } from '../../src/wgsl/half.ts';
import { halfWeights } from '../../src/wgsl/half_weights.ts';
import { type Kernel, kernelKey } from '../../src/wgsl/kernel.ts';
import { operators } from '../../src/wgsl/ops.ts';
import { callsOfAll } from '../support/calls.ts';
import { discrete, lavapipe, swiftshader } from '../support/facts.ts';
import { kernelFaults } from '../support/kernel_faults.ts';

const adapters: Readonly<Record<string, AdapterFacts>> = {
  'subgroups of 8': lavapipe,
  'subgroups of 4': swiftshader,
  'a GPU': discrete,
  'matrices of f16': { ...discrete, matrix: { m: 16, n: 16, k: 16 } },
  'no subgroups': { ...discrete, features: { ...discrete.features, subgroups: false }, subgroupSize: null },
};

/** The kernels of one call on one adapter, whichever of the operator's ways is taken. */
function kernelsOf(value: Value, facts: AdapterFacts): { kernel: Kernel; operator: string }[] {
  const { operator } = value;
  const half = facts.matrix !== undefined;
  const call = { ...callOf(value, facts), half };
  const graph = operator?.writes ? graphOf({}, [value]) : graphOf({ y: value });
  const names = (operator?.kernels ?? []).filter((kernel) => kernel.suits(call) > 0).map(({ name }) => name);
  return names.flatMap((name) => {
    const choose = (node: Value) =>
      node.name === value.name && node.operator?.name === operator?.name ? name : undefined;
    const program = hoist(lower(optimise(graph, facts), facts, choose, half ? 'all' : undefined));
    const steps = [program, halfWeights(program)].flatMap(({ load, run }) => [...load, ...run]);
    return steps.flatMap((step) => [step, inHalf({ ...step, bind: halved(step.bind) })]);
  });
}

/** As if all images were in half precision, and what is copied of them. */
function halved(bind: Step['bind']): Step['bind'] {
  const refs = Object.entries(bind).map(([name, { id, layout }]): [string, BufferRef] => [
    name,
    { id, layout: layout.kind === 'image' || layout.kind === 'texels' ? { ...layout, half: true } : layout },
  ]);
  return Object.fromEntries(refs);
}

const calls = callsOfAll();
const made = Object.values(adapters).flatMap((facts) => calls.flatMap((value) => kernelsOf(value, facts)));
const kernels = [...new Map(made.map(({ kernel }) => [kernelKey(kernel), kernel])).values()];

/** A device that compiles and runs nothing. */
async function nullDevice(): Promise<Acquired> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
  // Dawn's object crashes the process when it is collected before its devices are.
  (globalThis as { [key: symbol]: unknown })[Symbol.for('convoke.test.null')] = gpu;
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null backend');
  const requiredLimits = Object.fromEntries(limitNames.map((name) => [name, adapter.limits[name]]));
  const matrices = 'chromium-experimental-subgroup-matrix' as GPUFeatureName;
  const requiredFeatures: GPUFeatureName[] = ['shader-f16', 'subgroups', matrices];
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  return { adapter, device, facts: factsOf(gpu, adapter.info, device), lost: new Promise(() => {}), fault: () => null };
}

describe('every kernel', () => {
  let acquired: Acquired;
  beforeAll(async () => {
    acquired = await nullDevice();
  });

  it('is reached by a call of every operator', () => {
    const reached = new Set([...made.map(({ operator }) => operator), ...calls.map(({ operator }) => operator?.name)]);
    expect(operators.map(({ name }) => name).filter((name) => !reached.has(name))).toEqual([]);
    expect(new Set(operators.map(({ name }) => name)).size).toBe(operators.length);
  });

  it('is valid WGSL', async () => {
    const faults: string[] = [];
    for (const { name, code } of kernels) {
      acquired.device.pushErrorScope('validation');
      const { messages } = await acquired.device.createShaderModule({ code }).getCompilationInfo();
      await acquired.device.popErrorScope();
      for (const { type, lineNum, linePos, message } of messages)
        faults.push(`${name}:${lineNum}:${linePos} ${type}: ${message} in '${code.split('\n')[lineNum - 1]}'`);
    }
    expect(faults).toEqual([]);
  });

  it('makes a pipeline with its bindings and overrides', async () => {
    const pipelines = new Pipelines(acquired);
    const outcomes = await Promise.allSettled(kernels.map((kernel) => pipelines.compile([kernel])));
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
    // Of workgroup memory the null backend has 16 KiB, and adapters that multiply matrices have more.
    const tooLarge =
      /conv2d_matrix: The total use of workgroup storage \(\d+ bytes\) is larger than .* \(16384 bytes\)/;
    expect(failed.filter((reason) => !tooLarge.test(reason))).toEqual([]);
    expect(pipelines.size).toBe(kernels.length - failed.length);
  });

  it('has nothing that is not read of its text', () => {
    expect(kernels.flatMap(kernelFaults)).toEqual([]);
  });

  it('binds no more storage buffers than every WebGPU device has', () => {
    const storage = ({ bindings }: Kernel) => bindings.filter(({ kind }) => kind === 'read' || kind === 'write').length;
    // The default of maxStorageBuffersPerShaderStage (WebGPU section 3.6.2).
    expect(kernels.filter((kernel) => storage(kernel) > 8).map(({ name }) => name)).toEqual([]);
  });

  it('is all the WGSL there is', () => {
    const folder = fileURLToPath(new URL('../../src/wgsl/', import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wgsl'));
    const texts = files.map((file) => ({ file, text: readFileSync(folder + file, 'utf8') }));
    const dead = texts.filter(({ text }) => !kernels.some(({ code }) => code.includes(text)));
    expect(dead.map(({ file }) => file)).toEqual([]);
    expect(texts.filter(({ text }) => !text.startsWith('// ')).map(({ file }) => file)).toEqual([]);
  });
});
