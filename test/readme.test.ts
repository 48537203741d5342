// The README is true: its code type-checks, its table of models is the registry, and what it names exists.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { type FlagName, flags, wordOf } from '../src/cli/arguments.ts';
import { commands } from '../src/cli/commands.ts';
import { registry } from '../src/index.ts';
import { hubIndexSchema } from '../src/weights/hub_schema.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(root + path, 'utf8');
const readme = read('README.md');

/** The fenced blocks of a language. */
const blocks = (language: string) =>
  [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text!);

const unique = (pattern: RegExp, text = readme) =>
  [...new Set([...text.matchAll(pattern)].map(([found]) => found))].sort();

describe('code', () => {
  const folder = `${root}node_modules/.cache/convoke/readme-${process.pid}/`;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('type-checks against the public API', () => {
    const examples = blocks('ts');
    expect(examples.length).toBeGreaterThan(0);
    mkdirSync(folder, { recursive: true });
    const files = [...examples, blocks('js')[0]!].map((text, i) => {
      writeFileSync(`${folder}example_${i}.ts`, text);
      return `${folder}example_${i}.ts`;
    });
    const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    const paths = { convoke: [`${root}src/index.ts`], 'convoke/training': [`${root}src/training.ts`] };
    const program = ts.createProgram([...files, `${root}src/wgsl/wgsl.d.ts`], { ...options, paths, noEmit: true });
    const problems = files.flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)));
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it('of a plugin is the example, which is tested', () => {
    const [plugin = '', use = ''] = blocks('js');
    expect(plugin).toBe(read('examples/plugin/index.mjs'));
    const { name } = JSON.parse(read('examples/plugin/package.json')) as { name: string };
    expect(use).toContain(`from '${name}'`);
  });

  it('stays within what can be read at a glance', () => {
    for (const text of blocks('ts')) expect(text.split('\n').length).toBeLessThanOrEqual(26);
    for (const text of blocks('js')) expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  it('in JSON is what is said of it', () => {
    const [answers, hub] = blocks('json').map((text) => JSON.parse(text));
    expect(Object.keys(answers[0])).toEqual(['image', 'model', 'top', 'ms']);
    expect(Object.keys(answers[1].error)).toEqual(['code', 'message']);
    expect(hubIndexSchema.safeParse(hub).success).toBe(true);
  });
});

describe('the table of models', () => {
  it('is the registry', () => {
    const digits = (n: number) => n.toLocaleString('en-US');
    const expected = registry.list().map((name) => {
      const { input, weights } = registry.info(name);
      const { parameters, macs } = registry.describe(name);
      const entry = weights.find((entry) => entry.default);
      const cells = [
        `\`${name}\``,
        `${input.channels} x ${input.size} x ${input.size}`,
        digits(parameters),
        macs >= 1e7 ? `${(macs / 1e9).toFixed(2)} G` : `${(macs / 1e6).toFixed(2)} M`,
        entry?.accuracy?.imagenet1k?.top1 ?? '',
        entry?.id ?? 'none published',
      ];
      return `| ${cells.join(' | ')} |`;
    });
    const section = readme.slice(readme.indexOf('\n## Models\n'), readme.indexOf('\n## Models of your own\n'));
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.replace(/ +/g, ' '))).toEqual(expected.map((row) => row.replace(/ +/g, ' ')));
    const entries = registry.list().flatMap((name) => registry.info(name).weights);
    const of = (wanted: string) => entries.filter(({ licence }) => licence === wanted);
    const own = entries.filter(({ sources }) => sources.every(({ kind }) => kind === 'package'));
    expect(own.map(({ id }) => id)).toEqual(['MNIST_V1']);
    expect(of('BSD-3-Clause').length + of('CC-BY-NC-4.0').length + own.length).toBe(entries.length);
    expect(entries.filter(({ id }) => id.includes('SWAG'))).toEqual(of('CC-BY-NC-4.0'));
  });
});

describe('what it names exists:', () => {
  it('commands and flags', () => {
    const block = blocks('').find((text) => text.startsWith('convoke classify'))!;
    const named = [...block.matchAll(/^convoke (\w+)(.*?) {2,}(.*)$/gm)].map(([, name, operands]) => [
      name,
      operands!.trim(),
    ]);
    expect(named).toEqual(Object.entries(commands).map(([name, { operands }]) => [name, operands]));
    const others = ['--drivers']; // of scripts/test.mjs
    const words = (Object.keys(flags) as FlagName[]).map(wordOf);
    const known = [...words.map((word) => `--${word}`), ...others];
    for (const flag of unique(/(?<![\w-])--[a-z]+(-[a-z]+)*/g)) expect(known).toContain(flag);
    for (const flag of words.filter((word) => word !== 'help')) expect(readme).toContain(`--${flag}`);
  });

  it('variables, all of them', () => {
    const source = ['src/cli/help.ts', 'src/cli/failure.ts', 'src/weights/hub.ts', 'src/weights/cache.ts'];
    source.push('src/weights/store.node.ts', 'src/runtime/device/acquire.node.ts');
    expect(unique(/\bCONVOKE_[A-Z]+/g)).toEqual(unique(/\bCONVOKE_[A-Z]+/g, source.map(read).join('\n')));
  });

  it('error codes, all of them', () => {
    const source = read('src/runtime/errors.ts');
    const codes = unique(/'[a-z]+_[a-z_]+'|'(unreachable|timeout|offline|disposed)'/g, source).map((code) =>
      code.slice(1, -1),
    );
    const section = readme.slice(readme.indexOf('\n## When something fails\n'), readme.indexOf('\n## Measured\n'));
    const named = section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, code]) => code!));
    expect(named.toSorted()).toEqual(codes);
  });

  it('scripts, and folders', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [, name] of readme.matchAll(/npm run (\w+)/g)) expect(Object.keys(scripts)).toContain(name);
    const block = blocks('').find((text) => text.startsWith('src/index.ts'))!;
    const paths = [...block.matchAll(/^([\w/.]+(?:, [\w/.]+)*) {2,}/gm)].flatMap(([, names]) => names!.split(', '));
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths)
      expect(ts.sys.fileExists(root + path) || ts.sys.directoryExists(root + path), path).toBe(true);
  });
});
