// Writes package.json's "exports" from the files of src/models, as build/entries.ts defines them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './run.mjs';

const entries = join(root, 'build/entries.ts');
const { outputFiles } = await build({
  entryPoints: [entries],
  write: false,
  format: 'esm',
  define: { 'import.meta.url': JSON.stringify(pathToFileURL(entries).href) },
});
const { packageExports } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

const file = join(root, 'package.json');
const contents = JSON.parse(readFileSync(file, 'utf8'));
writeFileSync(file, `${JSON.stringify({ ...contents, exports: packageExports() }, null, 2)}\n`);
