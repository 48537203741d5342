// What a page of each contender downloads, bundled and minified: its library with what the network needs of it, split where the library splits.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin as EsbuildPlugin } from 'esbuild';
import { weights } from '../../build/weights_plugin.ts';
import { wgsl } from '../../build/wgsl_plugin.ts';
import { builtin } from '../../src/models/builtin.ts';
import { versionOfPeer } from '../peers.ts';
import { root } from '../report.ts';
import type { WebName } from './contender.ts';
import { WASM } from './page_contenders.ts';

const folder = join(root, 'bench/compare');

/** The calls of TensorFlow.js that tfjs_run.ts makes, by name, so that a bundler can leave out the others. */
const TF_CALLS =
  'add, avgPool, batchNorm, concat, fused, maxPool, mean, mul, relu, relu6, reshape, setBackend, sigmoid, tanh, tensor, tidy';

const sources: Readonly<Record<WebName, (model: string) => string>> = {
  'convoke-web': (model) => `
    import { openDevice, Registry, tensor } from '../../src/index.ts';
    import * as family from '../../src/models/${familyOf(model)}.ts';
    import { convoke } from './page_contenders.ts';
    const plugin = Object.values(family).find((value) => value?.models);
    export const open = convoke({ openDevice, Registry, tensor }, plugin);`,
  'ort-web': () => `
    import * as ort from 'onnxruntime-web/webgpu';
    import { onnxruntimeWeb } from './page_contenders.ts';
    export const open = onnxruntimeWeb(ort);`,
  'tfjs-web': () => `
    import { ${TF_CALLS} } from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-backend-webgpu';
    import { tfjsWeb } from './page_contenders.ts';
    export const open = tfjsWeb({ ${TF_CALLS} });`,
};

export const packages: Readonly<Record<WebName, string | null>> = {
  'convoke-web': null,
  'ort-web': 'onnxruntime-web',
  'tfjs-web': '@tensorflow/tfjs-core',
};

/** Files by name; `main.js` is the page's script. A peer is installed if it is missing. */
export async function scriptsOf(name: WebName, model: string): Promise<Map<string, Uint8Array>> {
  const peer = packages[name];
  if (peer) versionOfPeer(peer);
  const files = await bundle({ contents: sources[name](model), resolveDir: folder, sourcefile: 'main.ts' });
  if (name === 'ort-web')
    files.set(WASM, await readFile(join(root, `bench/node_modules/onnxruntime-web/dist/${WASM}`)));
  return files;
}

/** What every page has beside a contender: no part of what is measured. */
export async function harness(): Promise<Uint8Array> {
  const files = await bundle({ contents: `import './page.ts';`, resolveDir: folder, sourcefile: 'main.ts' });
  return files.get('main.js')!;
}

async function bundle(stdin: { contents: string; resolveDir: string; sourcefile: string }) {
  const outdir = join(folder, 'out'); // named, never written
  const { outputFiles } = await build({
    stdin: { ...stdin, loader: 'ts' },
    entryNames: 'main',
    outdir,
    bundle: true,
    minify: true,
    splitting: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
    plugins: [texts],
  });
  return new Map(
    outputFiles.map(({ path, contents }) => [path.slice(outdir.length + 1).replaceAll('\\', '/'), contents]),
  );
}

/** Shaders and weights in a module, as the package has them. */
const texts: EsbuildPlugin = {
  name: 'texts',
  setup({ onLoad }) {
    const shaders = wgsl({ minify: true });
    const tensors = weights();
    onLoad({ filter: /\.wgsl$/ }, async ({ path }) => {
      const module = shaders.transform(await readFile(path, 'utf8'), path);
      return module && { contents: module.code, loader: 'js' };
    });
    onLoad({ filter: /\.safetensors$/ }, ({ path }) => {
      const module = tensors.load(path);
      return module && { contents: module.code, loader: 'js' };
    });
  },
};

function familyOf(model: string): string {
  return builtin.find(({ models }) => Object.hasOwn(models, model))!.family;
}
