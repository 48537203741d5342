// Rules from a file's names to a model's: renames in order, shapes, tensors left out, and what does not fit.
import { expect, it } from 'vitest';
import { stateReader } from '../../src/weights/bind.ts';
import { sourceSchema } from '../../src/weights/manifest.ts';
import { type Naming, renamed } from '../../src/weights/rename.ts';
import type { NamedTensor, StateDict, TensorReader } from '../../src/weights/tensors.ts';

const ones = (...shape: number[]): StateDict[string] => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
});

/** `close` is counted. */
function reader(dict: StateDict): TensorReader & { closed: number } {
  const inner = stateReader(dict);
  return Object.assign(
    { ...inner, closed: 0 },
    {
      async close(this: { closed: number }) {
        this.closed++;
      },
    },
  );
}

async function all(of: TensorReader, names?: ReadonlySet<string>): Promise<NamedTensor[]> {
  const found: NamedTensor[] = [];
  for await (const tensor of of.read(names)) found.push(tensor);
  return found;
}

const shapes = (tensors: readonly { name: string; shape: readonly number[] }[]): string[] =>
  tensors.map(({ name, shape }) => `${name}:${shape.join('x')}`);

it('gives back a reader as it is where there are no rules', async () => {
  const plain = reader({ a: ones(1) });
  expect(await renamed(plain, {}, 'x')).toBe(plain);
});

it("renames and reshapes as timm's vgg needs it", async () => {
  const naming: Naming = {
    rename: [
      ['^pre_logits\\.fc1\\.', 'classifier.0.'],
      ['^head\\.fc\\.', 'classifier.6.'],
    ],
    reshape: [['^classifier\\.0\\.weight$', [4, -1]]],
  };
  const dict = { 'features.0.weight': ones(2, 3), 'pre_logits.fc1.weight': ones(4, 2, 7, 7), 'head.fc.bias': ones(5) };
  const found = await renamed(reader(dict), naming, 'x');
  const expected = ['features.0.weight:2x3', 'classifier.0.weight:4x98', 'classifier.6.bias:5'];
  expect(shapes(found.tensors)).toEqual(expected);
  expect(shapes(await all(found))).toEqual(expected);
  const one = await all(found, new Set(['classifier.0.weight', 'head.fc.bias']));
  expect(one).toEqual([{ name: 'classifier.0.weight', shape: [4, 98], data: dict['pre_logits.fc1.weight']!.data }]);
});

it("renames by groups, as densenet's old names need it, each rule on what the one before gave", async () => {
  const old = '^(.*denselayer\\d+\\.(?:norm|relu|conv))\\.([12]\\.(?:weight|bias|running_mean|running_var))$';
  const dict = { 'features.denseblock1.denselayer2.norm.1.weight': ones(1), 'features.norm5.bias': ones(1) };
  const rename: Naming['rename'] = [
    [old, '$1$2'],
    ['norm1', 'first'],
  ];
  const found = await renamed(reader(dict), { rename }, 'x');
  expect(found.tensors.map(({ name }) => name)).toEqual([
    'features.denseblock1.denselayer2.first.weight',
    'features.norm5.bias',
  ]);
});

it('leaves out what the model has no use for, by the name in the file', async () => {
  const naming: Naming = { drop: ['^aux[12]\\.'], rename: [['^aux3', 'aux1']] };
  const dict = { 'aux1.w': ones(1), 'fc.w': ones(1), 'aux3.w': ones(1) };
  const found = await renamed(reader(dict), naming, 'x');
  expect(found.tensors.map(({ name }) => name)).toEqual(['fc.w', 'aux1.w']);
  expect((await all(found)).map(({ name }) => name)).toEqual(['fc.w', 'aux1.w']);
});

it.each<[string, StateDict, Naming, string]>([
  ['two tensors of one name', { a: ones(1), b: ones(1) }, { rename: [['^a$', 'b']] }, 'x: a and b would both be b'],
  ['another number of elements', { a: ones(6) }, { reshape: [['a', [4]]] }, 'x: a is [6], which cannot become [4]'],
  ['no whole number', { a: ones(6) }, { reshape: [['a', [4, -1]]] }, 'x: a is [6], which cannot become [4,-1]'],
  ['two free lengths', { a: ones(6) }, { reshape: [['a', [-1, -1]]] }, 'x: a is [6], which cannot become [-1,-1]'],
  ['nothing left to divide', { a: ones(0) }, { reshape: [['a', [0, -1]]] }, 'x: a is [0], which cannot become [0,-1]'],
])('refuses %s and closes the file', async (_, dict, naming, message) => {
  const inner = reader(dict);
  await expect(renamed(inner, naming, 'x')).rejects.toMatchObject({ code: 'weights_mismatch', message });
  expect(inner.closed).toBe(1);
});

it('takes rules as fields of a source, and refuses a pattern that is none', () => {
  const source = { kind: 'huggingface', repo: 'a/b', file: 'c', rename: [['^a', 'b']], reshape: [['x', [-1, 1]]] };
  expect(sourceSchema.parse(source)).toEqual(source);
  expect(sourceSchema.safeParse({ ...source, rename: [['(', 'b']] }).success).toBe(false);
  expect(sourceSchema.safeParse({ ...source, drop: ['['] }).success).toBe(false);
});
