// The build: two bundles by rollup, declarations by tsc. `--if-needed` skips it while dist/ is newer than what it is made of.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasPackage, root, say, tool } from './run.mjs';

const sources = ['src', 'build', 'rollup.config.ts', 'tsconfig.json', 'tsconfig.build.json', 'package.json'];

/** Whether dist/ is absent, unfinished, or older than any of its sources. */
export function buildIsStale() {
  // The declarations are written last.
  const last = join(root, 'dist/types/index.d.ts');
  if (!existsSync(last)) return true;
  const built = statSync(last).mtimeMs;
  const newer = (path) => {
    const stat = statSync(path);
    return stat.mtimeMs > built || (stat.isDirectory() && readdirSync(path).some((name) => newer(join(path, name))));
  };
  return sources.some((name) => newer(join(root, name)));
}

/** Returns the exit code. */
export function build() {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  return (
    tool('rollup', ['--config', 'rollup.config.ts', '--configPlugin', 'esbuild', '--silent']) ||
    tool('tsc', ['--project', 'tsconfig.build.json'])
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const ifNeeded = process.argv.includes('--if-needed');
  if (ifNeeded && !hasPackage('rollup')) {
    // npm runs `prepare` also where the development packages were left out, and the build is not asked for there.
    if (!existsSync(join(root, 'dist'))) say('convoke: not built, since the development packages are not installed');
  } else if (!ifNeeded || buildIsStale()) {
    process.exitCode = build();
  }
}
