// The rules of the house, checked by reading the sources: who may import whom, what files are called, how they begin.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

interface Source {
  /** Relative to the repository: `src/wgsl/op.ts`. */
  path: string;
  text: string;
  /** What it imports: a path relative to the repository, or a package's name as written. */
  imports: { target: string; typeOnly: boolean }[];
}

function read(folder: string): Source[] {
  if (!existsSync(root + folder)) return [];
  const entries = readdirSync(root + folder, { recursive: true, withFileTypes: true });
  // The benches install their peers beside themselves.
  const files = entries.filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('node_modules') && !entry.name.endsWith('.safetensors'),
  );
  return files.map((file) => {
    const path = relative(root, `${file.parentPath}/${file.name}`).replaceAll('\\', '/');
    const text = readFileSync(root + path, 'utf8');
    return { path, text, imports: path.endsWith('.ts') ? importsOf(path, text) : [] };
  });
}

const statement = /^(?:import|export)\s+(type\s+)?(?:[\w\s{},*$]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

function importsOf(path: string, text: string): Source['imports'] {
  return [...text.matchAll(statement)].map((match) => {
    const name = match[2] ?? match[3] ?? '';
    const target = name.startsWith('.') ? posix.join(dirname(path), name) : name;
    return { target, typeOnly: match[1] !== undefined };
  });
}

const sources = read('src');
const code = sources.filter(({ path }) => path.endsWith('.ts'));
const hasCode = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

/** Every import that breaks the rule, as `from -> to`; the assertion on an empty list prints them all. */
function broken(from: (path: string) => boolean, bad: (target: string, typeOnly: boolean) => boolean): string[] {
  return code
    .filter(({ path }) => from(path))
    .flatMap(({ path, imports }) =>
      imports.filter(({ target, typeOnly }) => bad(target, typeOnly)).map(({ target }) => `${path} -> ${target}`),
    );
}

const isNodeFile = (path: string) => path.endsWith('.node.ts') || path.startsWith('src/cli/');
const isTest = /\.ref\.ts$/;
const twins = ['#acquire', '#data_files', '#decode', '#files', '#workers'];

describe('imports', () => {
  it('are all read: a relative import names a file that exists', () => {
    expect(
      broken(
        () => true,
        (target) => target.startsWith('src/') && !existsSync(root + target),
      ),
    ).toEqual([]);
    expect(
      broken(
        () => true,
        (target) => target.startsWith('../') || target.startsWith('test/'),
      ),
    ).toEqual([]);
  });

  it('of models are layers, types and the registry', () => {
    const allowed = /^src\/(models\/(layers|weights\/)|registry\/)/;
    const list = 'src/models/builtin.ts';
    const inner = /^src\/runtime\/(compile|plan|device)\//;
    const models = (path: string) => path.startsWith('src/models/');
    expect(broken(models, (target) => inner.test(target) || target === '#acquire')).toEqual([]);
    const families = (path: string) => models(path) && path !== list && !/\/layers(_\w+)?\.ts$/.test(path);
    expect(
      broken(families, (target, typeOnly) => !typeOnly && target.startsWith('src/') && !allowed.test(target)),
    ).toEqual([]);
  });

  it('run one way: graph, compile, plan, device', () => {
    const rooms = ['graph', 'compile', 'plan', 'device'];
    const backwards = rooms.flatMap((room, i) =>
      broken(
        (path) => path.startsWith(`src/runtime/${room}/`),
        // The plan's types are what `lower` writes, so compile and plan know each other; neither knows the device.
        (target, typeOnly) =>
          rooms.slice(i + 1).some((later) => target.startsWith(`src/runtime/${later}/`)) &&
          !(room === 'compile' && target.startsWith('src/runtime/plan/')) &&
          !(typeOnly && !target.startsWith('src/runtime/device/')),
      ),
    );
    expect(backwards).toEqual([]);
  });

  it('of training, data, image, weights and operators leave the device alone', () => {
    const withoutDevice = /^src\/(training|data|image|weights|wgsl|models)\//;
    expect(
      broken(
        (path) => withoutDevice.test(path),
        (target) => target.startsWith('src/runtime/device/') || target === '#acquire',
      ),
    ).toEqual([]);
  });

  it('of Node are in *.node.ts and the command alone, each with a twin for browsers', () => {
    const packages = ['sharp', 'webgpu', 'citty', 'cli-progress', '@sparticuz/chromium'];
    const ofNode = (target: string) => target.startsWith('node:') || packages.includes(target);
    expect(broken((path) => !isNodeFile(path), ofNode)).toEqual([]);
    expect(
      broken(
        (path) => !isNodeFile(path),
        (target) => isNodeFile(target),
      ),
    ).toEqual([]);
    const { imports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      imports: Record<string, { node: string; default: string }>;
    };
    expect(Object.keys(imports)).toEqual(twins);
    const paths = new Set(sources.map(({ path }) => `./${path}`));
    for (const pair of Object.values(imports)) {
      expect(pair.node).toMatch(/\.node\.ts$/);
      expect(pair.default).toBe(pair.node.replace('.node.ts', '.browser.ts'));
      expect(paths).toContain(pair.node);
      expect(paths).toContain(pair.default);
    }
  });

  it('name a package that package.json names, or a twin', () => {
    const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const packages = Object.keys(dependencies);
    const known = (target: string) =>
      target.startsWith('src/') ||
      target.startsWith('node:') ||
      twins.includes(target) ||
      packages.some((name) => target === name || target.startsWith(`${name}/`));
    expect(
      broken(
        () => true,
        (target) => !known(target),
      ),
    ).toEqual([]);
  });

  it('never reach a reference: those are for tests', () => {
    expect(
      broken(
        (path) => !isTest.test(path),
        (target) => isTest.test(target),
      ),
    ).toEqual([]);
  });

  it('are for what they bring, never for an effect', () => {
    const bare = code.filter(({ text }) => /^\s*import\s+['"]/m.test(text)).map(({ path }) => path);
    expect(bare).toEqual([]);
  });
});

describe('WebGPU', () => {
  it('is not mentioned in graph, compile and plan', () => {
    const found = code
      .filter(({ path }) => /^src\/runtime\/(graph|compile|plan)\//.test(path))
      .filter(({ text }) => /\bGPU[A-Z]\w*|navigator\.gpu/.test(hasCode(text)))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it('is touched in runtime/device alone', () => {
    // The public face may pass a GPUDevice through, as a type; calls and constants stay in their room.
    const touch =
      /\bnavigator\.gpu\b|\bGPU(?:BufferUsage|TextureUsage|MapMode|ShaderStage)\.|\.(?:createShaderModule|createComputePipeline|createBindGroup|createCommandEncoder)/;
    const found = code
      .filter(({ path, text }) => !path.startsWith('src/runtime/device/') && touch.test(hasCode(text)))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });
});

describe('files', () => {
  const all = [...sources, ...read('test'), ...read('bench'), ...read('build'), ...read('scripts')];

  it('are named in snake_case', () => {
    // A suffix after a dot says what kind of file it is: .ref.ts, .node.ts, .gpu.test.ts, .d.ts.
    const ours = all.filter(({ path }) => /\.(ts|mjs|wgsl)$/.test(path) && !path.includes('/fixtures/'));
    const found = ours.map(({ path }) => path).filter((path) => !/^[a-z0-9_]+(\.[a-z]+)+$/.test(basename(path)));
    expect(found).toEqual([]);
  });

  it('have names that say something', () => {
    const vague = /(^|[/_])(utils?|helpers?|common|misc|manager|impl)([/._]|$)/;
    expect(all.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });

  it('in src begin with a comment that says what they are', () => {
    const ours = sources.filter(({ path }) => /\.(ts|wgsl)$/.test(path) && !path.endsWith('.d.ts'));
    expect(ours.filter(({ text }) => !/^(\/\/ \S|\/\*\* \S)/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('are short: past 300 lines there is a second subject', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)).toEqual([]);
  });

  it('hide nothing from the type checker and leave nothing open', () => {
    const open = /@ts-(ignore|expect-error)|biome-ignore|\b(TODO|FIXME)\b/;
    const untyped = /\bas any\b|: any\b|<any>|\bany\[\]/;
    const found = all
      .filter(({ path }) => /\.(ts|mjs|wgsl)$/.test(path) && path !== 'test/house.test.ts')
      .filter(({ text }) => open.test(text) || untyped.test(hasCode(text)));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it('know nothing of the folder beside the repository, in src', () => {
    expect(sources.filter(({ text }) => hasCode(text).includes('../shared/data')).map(({ path }) => path)).toEqual([]);
  });
});

describe('barrels', () => {
  it('are the entries of the package alone', () => {
    const entries = ['src/index.ts', 'src/training.ts'];
    const found = code.filter(({ path, text }) => {
      const lines = hasCode(text)
        .split('\n')
        .filter((line) => line.trim());
      return !entries.includes(path) && lines.length > 0 && lines.every((line) => /^export\b.*\bfrom\b/.test(line));
    });
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
