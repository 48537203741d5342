// Two builds of the same sources: for Node, and for browsers without a line of Node in it.
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, RollupOptions } from 'rollup';
import esbuild from 'rollup-plugin-esbuild';
import { entries } from './build/entries.ts';
import { packageImports } from './build/package_imports.ts';
import { weights } from './build/weights_plugin.ts';
import { wgsl } from './build/wgsl_plugin.ts';
import { workerUrls } from './build/worker_urls.ts';

const { dependencies, imports } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>;
  imports: Record<string, Record<string, string>>;
};
const packages = Object.keys(dependencies);
const COMMAND = 'cli/main';

/** npm makes a package's command executable when it installs it, but `npx convoke` in a clone runs the file as it lies. */
const executable: Plugin = {
  name: 'executable',
  writeBundle({ dir }) {
    if (dir) chmodSync(join(dir, `${COMMAND}.js`), 0o755);
  },
};

const build = (platform: 'node' | 'browser'): RollupOptions => ({
  input: entries(platform),
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  treeshake: { moduleSideEffects: false },
  plugins: [
    packageImports(imports, platform),
    wgsl({ minify: true }),
    weights(),
    workerUrls(),
    esbuild({ target: 'es2022' }),
    ...(platform === 'node' ? [executable] : []),
  ],
  output: {
    dir: `dist/${platform}`,
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    hoistTransitiveImports: false,
    // A page's bundler leaves out whole files that nothing uses, but not all of what lies unused in a file.
    ...(platform === 'browser' && { preserveModules: true, preserveModulesRoot: 'src' }),
    banner: (chunk) => (chunk.name === COMMAND ? '#!/usr/bin/env node' : ''),
  },
  onwarn(warning) {
    // An unresolved import or a cycle is a mistake in the sources, not a matter of taste.
    throw new Error(`${platform}: ${warning.message}`);
  },
});

export default [build('node'), build('browser')];
