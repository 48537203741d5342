// The package as it is published: its entries, and a browser build with no Node in it.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, rollup } from 'rollup';
import { loadConfigFile } from 'rollup/loadConfigFile';
import { beforeAll, describe, expect, it } from 'vitest';
import { entries, packageExports } from '../build/entries.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: unknown;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
};

/** One platform's build, in memory. */
async function build(platform: 'node' | 'browser'): Promise<OutputChunk[]> {
  const { options } = await loadConfigFile(`${root}rollup.config.ts`, { configPlugin: 'esbuild' });
  const chosen = options.find(({ output }) => output.some(({ dir }) => dir === `dist/${platform}`));
  if (!chosen) throw new Error(`rollup.config.ts makes no dist/${platform}`);
  const bundle = await rollup(chosen);
  const { output } = await bundle.generate({ ...chosen.output[0], sourcemap: false });
  await bundle.close();
  return output.filter((file) => file.type === 'chunk');
}

describe('package.json', () => {
  it('exports the index and every family of models (npm run exports writes them)', () => {
    expect(manifest.exports).toEqual(packageExports());
  });

  it('has a command', () => {
    expect(manifest.bin).toEqual({ convoke: './dist/node/cli/main.js' });
    expect(entries('node')['cli/main']).toBe('src/cli/main.ts');
  });

  it('makes its entries from files that are there', () => {
    for (const file of Object.values(entries('node'))) expect(existsSync(root + file), file).toBe(true);
  });
});

describe('the browser build', () => {
  let chunks: OutputChunk[] = [];
  beforeAll(async () => {
    chunks = await build('browser');
  });

  it('imports no package but zod', () => {
    const own = new Set(chunks.map(({ fileName }) => fileName));
    const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
    const packages = new Set(imported.filter((name) => !own.has(name)).map((name) => name.split('/')[0]));
    packages.delete('zod');
    expect([...packages]).toEqual([]);
  });

  it('has no Node code in it', () => {
    const node =
      /['"]node:|\brequire\(|\bprocess\.(?!env\b)|\bBuffer\.|['"]sharp['"]|['"]webgpu['"]|\bsetImmediate\b|@sparticuz/;
    for (const { fileName, code } of chunks) expect(code.match(node)?.[0], fileName).toBeUndefined();
  });

  it('leaves the command out', () => {
    expect(chunks.some(({ fileName }) => fileName.includes('cli'))).toBe(false);
  });
});

describe('the Node build', () => {
  it('has the command, as a program', async () => {
    const chunks = await build('node');
    const command = chunks.find(({ fileName }) => fileName === 'cli/main.js');
    expect(command?.code).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(command?.code.match(/^#!/gm)).toHaveLength(1);
  });

  it('is packed without the sources', () => {
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
    ) as [{ files: { path: string }[] }];
    const outside = packed.files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'));
    for (const path of outside) expect(['LICENSE', 'README.md', 'package.json']).toContain(path);
  });
});
