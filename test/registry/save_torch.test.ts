// Files that convoke saves, loaded by torch itself, strictly and with no renaming; and what torch saves then, read again.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaults } from '../../src/registry/build.ts';
import { openState } from '../../src/registry/open_weights.ts';
import { writeState } from '../../src/registry/save.ts';
import { openTensors } from '../../src/weights/open_weights.ts';
import type { StateDict } from '../../src/weights/tensors.ts';
import { fillImage, fillParameter } from '../support/fill.ts';
import { buildModel, models } from '../support/models.ts';
import { SHARED_MISSING, sharedJson } from '../support/shared.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../support/load_in_torch.py', import.meta.url));
const NO_TORCH = 'no python3 here has torch and torchvision (Debian: python3-torch, python3-torchvision)';

let folder: string;
let python: string | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convoke-test-'));
  for (const candidate of ['python3', '/usr/bin/python3']) {
    python ??= await run(candidate, ['-c', 'import torch, torchvision']).then(
      () => candidate,
      () => null,
    );
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Oracle {
  readonly input: readonly [number, number, number, number];
  readonly numClasses: number;
  readonly bnExp: Readonly<Record<string, number>>;
  readonly err32: { readonly logits: number };
  readonly logits: readonly number[][];
}

interface Loaded {
  readonly metadata: object;
  readonly order: boolean;
  readonly counter: number | null;
  readonly logits: readonly number[];
}

/** The model's state, filled by name, written as `model.save` writes it. */
async function save(name: string, path: string, bnExp: Oracle['bnExp']): Promise<StateDict> {
  const spec = models[name]!;
  const dimensions = defaults(spec);
  const { parameters } = buildModel(name);
  const filled = parameters.map(({ name, shape }): [string, StateDict[string]] => {
    const data = new Float32Array(fillParameter(name, shape, bnExp));
    return [name, { shape, data: name.endsWith('num_batches_tracked') ? data.fill(7) : data }];
  });
  const weights = Object.fromEntries(filled.toReversed());
  const state = await openState(name, spec, { parameters, ...dimensions }, dimensions.classes, { weights });
  await writeState(state, pathToFileURL(path), {});
  return weights;
}

describe("torch's load_state_dict", () => {
  it.for(['resnet18', 'googlenet', 'shufflenet_v2_x1_0', 'squeezenet1_1'])('takes %s', async (name, context) => {
    const oracle = await sharedJson<Oracle>(`oracle/data/forward/${name}-64.json`);
    if (!oracle) return context.skip(SHARED_MISSING);
    if (!python) return context.skip(NO_TORCH);
    const [file, input, legacy, zip] = ['safetensors', 'f32', 'legacy.pth', 'zip.pth'].map((end) =>
      join(folder, `${name}.${end}`),
    ) as [string, string, string, string];
    const weights = await save(name, file, oracle.bnExp);
    await writeFile(input, new Uint8Array(fillImage(oracle.input).buffer));
    const { stdout } = await run(python, [script, name, file, input, `${oracle.input[2]}`, legacy, zip], {
      maxBuffer: 2 ** 24,
    });
    const { metadata, order, counter, logits }: Loaded = JSON.parse(stdout);
    expect(metadata).toEqual({ format: 'pt' });
    expect(order).toBe(true);
    expect([7, null]).toContain(counter);
    // Ten times what torch's own float32 run is off, as for our own logits.
    const expected = oracle.logits.flat();
    const bound = Math.max(10 * oracle.err32.logits, 1e-6) * Math.max(...expected.map(Math.abs));
    expect(logits).toHaveLength(expected.length);
    for (const [i, value] of logits.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(bound);

    for (const path of [legacy, zip]) {
      const reader = await openTensors(path);
      expect(reader.tensors.map(({ name }) => name)).toEqual(Object.keys(weights).toReversed());
      for await (const { name, shape, data } of reader.read()) {
        expect(shape).toEqual(weights[name]!.shape);
        expect(Buffer.from(data.buffer).equals(Buffer.from(weights[name]!.data.buffer)), name).toBe(true);
      }
      await reader.close();
    }
  });
});

/** What torch needs of the file, where torch is not there to say so: its state_dict's names, in order. */
it.for(['resnet18', 'googlenet', 'inception_v3', 'densenet121', 'mobilenet_v3_small'])(
  '%s has torchvision’s names, in order, in the bytes of its header',
  async (name, context) => {
    const state = await sharedJson<{ tensors: [string, number[]][] }>(`oracle/data/state/${name}.json`);
    if (!state) return context.skip(SHARED_MISSING);
    const path = join(folder, `${name}.safetensors`);
    await save(name, path, {});
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE(0));
    const { __metadata__, ...tensors } = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    const found = Object.entries<{ dtype: string; shape: number[] }>(tensors);
    expect(found.map(([name, { shape }]) => [name, shape])).toEqual(state.tensors);
    for (const [name, { dtype }] of found) expect(dtype, name).toBe(name.endsWith('_tracked') ? 'I64' : 'F32');
    expect(__metadata__).toEqual({ format: 'pt' });
  },
);
