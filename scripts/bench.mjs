// `npm run bench -- NAME [FLAGS]` runs bench/NAME.ts in Node; without a name it lists them. A bench's first line says how to run it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, run, say } from './run.mjs';

const [name, ...args] = process.argv.slice(2);
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => readFileSync(join(root, `bench/${name}.ts`), 'utf8').startsWith(`// \`npm run bench -- ${name}\``));

if (!names.includes(name)) {
  say(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  // Inside the repository, so that its packages are found from there.
  const outfile = join(root, `node_modules/.cache/convoke/bench/${name}.mjs`);
  await build({
    entryPoints: [join(root, `bench/${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    loader: { '.wgsl': 'text', '.safetensors': 'binary' },
    sourcemap: 'inline',
    logLevel: 'error',
  });
  process.exitCode = run(process.execPath, ['--enable-source-maps', outfile, ...args]);
}
