// The package as npm would install it, built into a folder of its own, for code that imports it by its name.
import { cp, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { loadConfigFile } from 'rollup/loadConfigFile';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A new folder with `node_modules/convoke` of the platforms, and the packages it depends on. The caller removes it. */
export async function installPackage(platforms: readonly ('node' | 'browser')[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convoke-package-'));
  const own = join(folder, 'node_modules/convoke');
  await mkdir(own, { recursive: true });
  await cp(`${root}package.json`, join(own, 'package.json'));
  for (const name of ['zod', 'sharp', 'webgpu', '@sparticuz'])
    await symlink(`${root}node_modules/${name}`, join(folder, 'node_modules', name), 'dir');
  const { options } = await loadConfigFile(`${root}rollup.config.ts`, { configPlugin: 'esbuild' });
  for (const platform of platforms) {
    const chosen = options.find(({ output }) => output.some(({ dir }) => dir === `dist/${platform}`));
    if (!chosen) throw new Error(`rollup.config.ts makes no dist/${platform}`);
    const bundle = await rollup(chosen);
    await bundle.write({ ...chosen.output[0], dir: join(own, 'dist', platform), sourcemap: false });
    await bundle.close();
  }
  return folder;
}
