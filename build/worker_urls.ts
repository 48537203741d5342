// A rollup plugin: `new URL('./x.ts', import.meta.url)` is a worker's file, which is built and named where it comes
// to lie.
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'rollup';

/** The address stays in the form that page bundlers look for, `new Worker(new URL('./x.js', import.meta.url))`. */
export function workerUrls(): Plugin {
  return {
    name: 'worker_urls',
    transform(code, id) {
      const found = /new URL\((['"])(\.[^'"]+\.ts)\1,\s*import\.meta\.url\)/g;
      if (!found.test(code)) return null;
      const replaced = code.replace(found, (_, _quote, path: string) => {
        const worker = fileURLToPath(new URL(path, pathToFileURL(id)));
        return `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'chunk', id: worker })}`;
      });
      return { code: replaced, map: null };
    },
    resolveFileUrl: ({ relativePath }) =>
      `new URL('${relativePath.startsWith('.') ? '' : './'}${relativePath}', import.meta.url)`,
  };
}
