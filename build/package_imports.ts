// A rollup plugin: `#name` imports resolve through package.json's "imports" under one condition, so that each build has its twin files.
import { fileURLToPath } from 'node:url';

type Conditions = Readonly<Record<string, string>>;

interface ImportsPlugin {
  name: string;
  resolveId(source: string): string | null;
}

/** `condition` is `node` or `browser`; a twin without that condition is taken from `default`. */
export function packageImports(imports: Readonly<Record<string, Conditions>>, condition: string): ImportsPlugin {
  return {
    name: 'package_imports',
    resolveId(source) {
      const twins = imports[source];
      if (!twins) return null;
      const path = twins[condition] ?? twins.default;
      if (!path) throw new Error(`package.json: imports['${source}'] has no file for '${condition}'`);
      return fileURLToPath(new URL(`../${path}`, import.meta.url));
    },
  };
}
