// What the package offers: its entries, and the "exports" of package.json that follow from them.
import { readdirSync } from 'node:fs';

/** Files of src/models that are no family: the layers they are made of, the list of them all, and what weights files are. */
const notFamily = /^(layers(_\w+)?|builtin|weights\.d)\.ts$/;

/** Families of models: `resnet` for src/models/resnet.ts, which is imported as `convoke/models/resnet`. */
export function modelFamilies(): string[] {
  const files = readdirSync(new URL('../src/models/', import.meta.url));
  return files
    .filter((file) => file.endsWith('.ts') && !notFamily.test(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/** Entry name to source file; `cli/main` is Node's alone. */
export function entries(platform: 'node' | 'browser'): Record<string, string> {
  return {
    index: 'src/index.ts',
    testing: 'src/testing.ts',
    training: 'src/training.ts',
    ...Object.fromEntries(modelFamilies().map((family) => [`models/${family}`, `src/models/${family}.ts`])),
    ...(platform === 'node' ? { 'cli/main': 'src/cli/main.ts' } : {}),
  };
}

/** package.json's "exports". Every family is written out: tools do not look behind a pattern. */
export function packageExports(): Record<string, unknown> {
  const conditions = (name: string) => {
    const at = (platform: string) => ({
      types: `./dist/types/${name}.d.ts`,
      default: `./dist/${platform}/${name}.js`,
    });
    return { browser: at('browser'), node: at('node'), default: at('browser') };
  };
  return {
    '.': conditions('index'),
    './testing': conditions('testing'),
    './training': conditions('training'),
    ...Object.fromEntries(modelFamilies().map((family) => [`./models/${family}`, conditions(`models/${family}`)])),
    './package.json': './package.json',
  };
}
