// What the `convoke` command says where no GPU is needed: usage, help, lists, and what is known of a model.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../src/index.ts';
import { buildCommand, type Chunk, removeCommand, runCommand } from '../support/command.ts';

interface Row {
  readonly name: string;
  readonly parameters: number;
  readonly macs: number;
  readonly top1: number | null;
}

/** Names in an order; rows that are equal in it keep theirs. */
const sorted = (order: (a: Row, b: Row) => number) => (rows: readonly Row[]) =>
  rows.toSorted(order).map(({ name }) => name);

let chunks: Chunk[];
beforeAll(async () => {
  chunks = await buildCommand();
});
afterAll(removeCommand);

describe('wrong usage', () => {
  const classify = 'usage: convoke classify IMAGE... [FLAGS]';
  const train = 'usage: convoke train [FLAGS]';
  const evaluate = 'usage: convoke evaluate [FLAGS]';
  const benchUsage = 'usage: convoke bench [peak|kernels|models|training ...] [FLAGS]';
  it.each([
    [
      ['classfy'],
      "there is no command 'classfy'; did you mean classify?",
      'usage: convoke classify|tune|train|evaluate|explain|digits|list|info|pull|cache|hub|bench|doctor [FLAGS]',
    ],
    [
      ['toString'],
      "there is no command 'toString'",
      'usage: convoke classify|tune|train|evaluate|explain|digits|list|info|pull|cache|hub|bench|doctor [FLAGS]',
    ],
    [['classify'], 'classify wants at least one IMAGE, or --sample', classify],
    [['classify', 'a.jpg', '--modle', 'x'], 'there is no flag --modle here; did you mean --model?', classify],
    [['classify', 'a.jpg', '--no-json'], 'there is no flag --no-json here', classify],
    [['classify', 'a.jpg', '-x'], 'there is no flag -x here', classify],
    [['classify', 'a.jpg', '--top', '0'], "--top takes a whole number from 1, and was given '0'", classify],
    [['classify', 'a.jpg', '--top=1.5'], "--top takes a whole number from 1, and was given '1.5'", classify],
    [['classify', 'a.jpg', '--hub'], '--hub needs a value: --hub DIR|URL', classify],
    [['classify', 'a.jpg', '--hub', '--json'], '--hub needs a value: --hub DIR|URL', classify],
    [['classify', 'a.jpg', '--hub='], '--hub needs a value: --hub DIR|URL', classify],
    [['classify', 'a.jpg', '--json=yes'], "--json takes no value, and was given 'yes'", classify],
    [['classify', '-', '-'], '- is stdin, which can be read once', classify],
    [
      ['list', 'a', 'b'],
      'list takes one PATTERN, and was given 2: quote what has a *',
      'usage: convoke list [PATTERN] [FLAGS]',
    ],
    [['list', '--hub', 'x'], 'there is no flag --hub here', 'usage: convoke list [PATTERN] [FLAGS]'],
    [
      ['list', '--sort', 'size'],
      "--sort takes name, params, macs, top1, and was given 'size'",
      'usage: convoke list [PATTERN] [FLAGS]',
    ],
    [['pull'], 'pull wants one MODEL, and was given 0', 'usage: convoke pull MODEL [FLAGS]'],
    [
      ['cache', 'empty'],
      "cache takes list, verify, clear, and was given 'empty'",
      'usage: convoke cache list|verify|clear [PATTERN] [FLAGS]',
    ],
    [
      ['cache', 'list', 'a', 'b'],
      'cache list takes one PATTERN, and was given 2',
      'usage: convoke cache list|verify|clear [PATTERN] [FLAGS]',
    ],
    [['hub', 'show'], "hub takes build and one DIR, and was given 'show'", 'usage: convoke hub build DIR [FLAGS]'],
    [
      ['hub', 'build', 'x', '--mean', '1,,2'],
      "--mean takes numbers with commas between them, and was given '1,,2'",
      'usage: convoke hub build DIR [FLAGS]',
    ],
    [['train', 'mnist'], "train takes no 'mnist'", train],
    [['train', '--data', 'src'], 'train needs --model NAME', train],
    [['train', '--model', 'lenet5'], 'train needs --data DIR', train],
    [['train', '--epochs', '0'], "--epochs takes a whole number from 1, and was given '0'", train],
    [['train', '--seed', '-1'], '--seed needs a value: --seed N', train],
    [['train', '--seed', '1.5'], "--seed takes a whole number from 0, and was given '1.5'", train],
    [['train', '--lr', 'fast'], "--lr takes a number from 0, and was given 'fast'", train],
    [
      ['train', '--optimizer', 'adamm'],
      "--optimizer takes sgd, adam, adamw, rmsprop, adagrad, adadelta, and was given 'adamm'",
      train,
    ],
    [
      ['train', '--model', 'lenet5', '--data', 'src', '--augment', 'flop'],
      "--augment: there is no 'flop'; did you mean flip?",
      train,
    ],
    [
      ['train', '--model', 'lenet5', '--data', 'src', '--validate', '1.5'],
      "--validate takes a folder, or a share between 0 and 1, and was given '1.5'",
      train,
    ],
    [['evaluate', '--model', 'lenet5'], 'evaluate needs --data DIR', evaluate],
    [['evaluate', '--data', 'src'], 'evaluate needs --model NAME, or several with commas', evaluate],
    [['evaluate', '--data', 'src', '--model', 'a,b', '--weights', 'x'], '--weights names 1 for 2 models', evaluate],
    [['explain'], 'explain wants one IMAGE, and was given 0', 'usage: convoke explain IMAGE [FLAGS]'],
    [['digits', '7'], "digits takes no '7'", 'usage: convoke digits [FLAGS]'],
    [['info'], 'info wants one MODEL, and was given 0', 'usage: convoke info MODEL [FLAGS]'],
    [
      ['bench', 'pek'],
      "bench takes peak, kernels, models, training, or merge and files, and was given 'pek'",
      benchUsage,
    ],
    [['bench', '--rounds', '0'], "--rounds takes a whole number from 1, and was given '0'", benchUsage],
    [['bench', '--filter', 'nowhere'], "--filter: no layer has 'nowhere' in its name", benchUsage],
    [['bench', '--json'], '--json needs a value: --json FILE', benchUsage],
    [['bench', '--json', 'no such folder/a.json'], '--json: there is no folder no such folder', benchUsage],
    [['bench', '--html', 'no such folder/a.html'], '--html: there is no folder no such folder', benchUsage],
    [['bench', '--htm', 'a.html'], 'there is no flag --htm here; did you mean --html?', benchUsage],
    [['bench', 'merge', 'a.json'], 'bench merge wants two files or more, and was given 1', benchUsage],
    [['bench', 'merge', 'a.json', 'b.json'], 'a.json: there is no such file, or it may not be read', benchUsage],
    [['doctor', 'x'], "doctor takes no 'x'", 'usage: convoke doctor [FLAGS]'],
  ])('%j', async (args, message, usage) => {
    expect(await runCommand(args)).toEqual({ code: 2, stdout: '', stderr: `convoke: ${message}\n${usage}\n` });
  });

  it('of nothing at all is answered with the help page, on stderr', async () => {
    const { code, stdout, stderr } = await runCommand([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('usage: convoke COMMAND [FLAGS]');
  });
});

describe('help', () => {
  it.each([
    'classify',
    'train',
    'evaluate',
    'explain',
    'digits',
    'list',
    'info',
    'pull',
    'cache',
    'hub',
    'bench',
    'doctor',
  ])('of %s names its flags', async (name) => {
    const { code, stdout, stderr } = await runCommand([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^convoke ${name}: .*\\n\\nusage: convoke ${name} `));
    expect(stdout).toMatch(/^ {2}--json +\S/m);
  });

  it('names every command and every variable', async () => {
    const { code, stdout } = await runCommand(['--help']);
    expect(code).toBe(0);
    for (const word of [
      'classify',
      'train',
      'evaluate',
      'explain',
      'digits',
      'list',
      'info',
      'pull',
      'cache',
      'hub',
      'bench',
      'doctor',
      'CONVOKE_HUB',
      'CONVOKE_OFFLINE',
      'CONVOKE_CACHE',
      'CONVOKE_DRIVER',
      'CONVOKE_EXPERIMENTAL',
    ])
      expect(stdout).toContain(`  ${word} `);
  });

  it('is followed by a version', async () => {
    const { stdout } = await runCommand(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('list', () => {
  it('has a row for every model', async () => {
    const { code, stdout, stderr } = await runCommand(['list']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout.trimEnd().split('\n').slice(2);
    expect(rows.map((row) => row.split(' ')[0])).toEqual(registry.list());
    expect(rows.find((row) => row.startsWith('resnet18 '))).toMatch(
      /^resnet18 +3 x 224 x 224 +11\.69 M +1\.81 G +69\.8 % +IMAGENET1K_V1$/,
    );
  });

  it('finds a part of a name, and a whole name with stars', async () => {
    const names = async (pattern: string) => {
      const { stdout } = await runCommand(['list', pattern, '--json']);
      return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    };
    expect(await names('next50')).toEqual(['resnext50_32x4d']);
    expect(await names('resnet*')).toEqual(registry.list('resnet*'));
  });

  it.each([
    ['name', (rows: readonly Row[]) => rows.map(({ name }) => name).toSorted()],
    ['params', sorted((a, b) => a.parameters - b.parameters)],
    ['macs', sorted((a, b) => a.macs - b.macs)],
    ['top1', sorted((a, b) => (b.top1 ?? 0) - (a.top1 ?? 0))],
  ])('is sorted by %s', async (key, order) => {
    const rows = async (args: readonly string[]) =>
      JSON.parse((await runCommand(['list', ...args, '--json'])).stdout) as Row[];
    const given = await rows([]);
    expect((await rows(['--sort', key])).map(({ name }) => name)).toEqual(order(given));
  });

  it('is JSON with --json', async () => {
    const { stdout } = await runCommand(['list', 'resnet50', '--json']);
    expect(JSON.parse(stdout)[0]).toEqual({
      name: 'resnet50',
      family: 'resnet',
      input: registry.info('resnet50').input,
      classes: 1000,
      parameters: 25_557_032,
      macs: 4_089_184_256,
      weights: 'IMAGENET1K_V2',
      top1: 80.858,
    });
  });

  it('says what may have been meant by a name that is not there', async () => {
    const { code, stdout, stderr } = await runCommand(['list', 'resnt18']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^convoke: no model is called 'resnt18'; did you mean resnet18[^\n]*\n$/);
  });

  it('loads neither the GPU nor the picture decoder', () => {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const next of chunks.find(({ file }) => file === name)?.imports ?? []) visit(next);
    };
    visit('cli/main.js');
    const chunk = chunks.find(({ sources }) => sources.some((source) => source.endsWith('src/cli/list.ts')));
    visit(chunk!.file);
    const packages = [...seen].filter((name) => !name.endsWith('.js') && !name.startsWith('node:'));
    expect(packages).toEqual(['zod/mini']);
  });
});

describe('info', () => {
  it('tells what a model is', async () => {
    const { code, stdout } = await runCommand(['info', 'resnet18']);
    expect(code).toBe(0);
    for (const line of [
      'parameters     11,689,512',
      'input          3 x 224 x 224',
      'IMAGENET1K_V1 (default)',
      'top-1 69.758 %',
    ])
      expect(stdout).toContain(line);
  });

  it('shows choices, heads that only help to learn, and layers', async () => {
    const lenet = await runCommand(['info', 'lenet5', '--layers']);
    expect(lenet.stdout).toMatch(/^ {2}config +activation tanh, pooling average \(option config of load\)$/m);
    expect(lenet.stdout).toMatch(/^conv2 +conv2d +\[n,16,10,10\] +2,416 +240,000$/m);
    expect(lenet.stdout).toMatch(/^total +61,706 +416,520$/m);
    const { stdout } = await runCommand(['info', 'googlenet']);
    expect(stdout).toMatch(/^ {2}parameters +6,624,904, 27 MB in float32$/m);
    expect(stdout).toMatch(/^ {2}with heads +13,004,888, 52 MB in float32: auxiliary, for training$/m);
    expect(stdout).not.toContain('total');
    const half = await runCommand(['info', 'googlenet', '--precision', 'f16']);
    expect(half.stdout).toMatch(/^ {2}parameters +6,624,904, 13 MB in float16$/m);
  });

  it('is JSON with --json', async () => {
    const { stdout } = await runCommand(['info', 'resnet18', '--json']);
    const document = JSON.parse(stdout);
    expect(document.layers).toBeUndefined();
    expect(document).toMatchObject({ weightBytes: 46_796_528, activationBytes: expect.any(Number), withHeads: null });
    const layers = JSON.parse((await runCommand(['info', 'lenet5', '--json', '--layers'])).stdout).layers;
    expect(layers[0]).toEqual({
      name: 'conv1',
      operator: 'conv2d',
      output: ['n', 6, 28, 28],
      parameters: 156,
      macs: 117_600,
    });
    expect(document).toMatchObject({ name: 'resnet18', family: 'resnet', parameters: 11_689_512, macs: 1_814_073_344 });
    expect(document.weights).toMatchObject([
      {
        id: 'IMAGENET1K_V1',
        default: true,
        licence: 'BSD-3-Clause',
        accuracy: { imagenet1k: { top1: 69.758 } },
        urls: [
          'https://huggingface.co/timm/resnet18.tv_in1k/resolve/main/model.safetensors',
          'https://download.pytorch.org/models/resnet18-f37072fd.pth',
        ],
      },
    ]);
  });

  it.each([
    ['resnet19', /^there is no model 'resnet19'; did you mean resnet18/],
    ['zzz', /^there is no model 'zzz'$/],
  ])('of %s fails with one line', async (name, text) => {
    const { code, stdout, stderr } = await runCommand(['info', name, '--json']);
    expect(code).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error).toEqual({ code: 'unknown_model', message: expect.stringMatching(text) });
    expect(stderr).toBe(`convoke: ${error.message}\n`);
  });
});

describe('classify', () => {
  it('refuses what it cannot read before it needs a model', async () => {
    const names = ['no such file.jpg', 'src', 'package.json', 'https://example.org/cat.jpg'];
    const { code, stdout, stderr } = await runCommand(['classify', ...names, '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([
      { image: names[0], error: { code: 'missing_file', message: 'no such file.jpg: there is no such file' } },
      { image: names[1], error: { code: 'unsupported_image', message: 'src: is a directory, not a picture' } },
      { image: names[2], error: { code: 'unsupported_image', message: expect.stringMatching(/^package\.json: /) } },
      { image: names[3], error: { code: 'unsupported_image', message: expect.stringMatching(/^https:.*is no file/) } },
    ]);
  });

  it('names a picture that cannot be read, on stderr', async () => {
    const { code, stdout, stderr } = await runCommand(['classify', 'nothing.jpg']);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'convoke: nothing.jpg: there is no such file\n',
    });
  });

  it('knows no model of a wrong name', async () => {
    const { code, stdout, stderr } = await runCommand(['classify', '--sample', '--model', 'resnet17']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^convoke: there is no model 'resnet17'; did you mean resnet18.*\n$/);
  });
});
