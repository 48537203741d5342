// Software Vulkan drivers on Linux: where an installed lavapipe is, and SwiftShader without root out of an npm package.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants, homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const PACKAGE = '@sparticuz/chromium';
const LOADER = 'libvulkan.so.1';
const MANIFEST = 'vk_swiftshader_icd.json';
const WANTED = ['libvk_swiftshader.so', LOADER, MANIFEST];
const RTLD_NODELETE = 0x1000; // of <bits/dlfcn.h>; Node's table of constants has it not

/** The manifest of the system's lavapipe driver, or null. Distributions name it with or without the architecture. */
export function lavapipeManifest(): string | null {
  for (const root of ['/usr/local/share', '/usr/share', '/usr/local/etc', '/etc']) {
    const folder = join(root, 'vulkan/icd.d');
    const name = existsSync(folder) && readdirSync(folder).find((file) => /^lvp_icd.*\.json$/.test(file));
    if (name) return join(folder, name);
  }
  return null;
}

/**
 * The manifest of the SwiftShader inside `@sparticuz/chromium`, unpacked into the user's cache the first time; null where
 * that package is not installed or the machine is not Linux on x64. Also puts the package's own Vulkan loader into the
 * process, for machines that have none.
 */
export function npmSwiftShaderManifest(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const root = packageRoot();
  if (!root) return null;
  const folder = unpack(root);
  keepLoaded(join(folder, LOADER));
  return join(folder, MANIFEST);
}

/** Looked for from convoke itself and from the application, which may have installed it for us. */
function packageRoot(): string | null {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      let folder = dirname(createRequire(from).resolve(PACKAGE));
      while (!existsSync(join(folder, 'bin', 'swiftshader.tar.br'))) {
        if (folder === dirname(folder)) return null;
        folder = dirname(folder);
      }
      return folder;
    } catch {
      // Not installed there.
    }
  }
  return null;
}

function unpack(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const archive = join(root, 'bin', 'swiftshader.tar.br');
  const name = `swiftshader-${version}`;
  for (const parent of cacheFolders()) {
    const folder = join(parent, name);
    try {
      if (existsSync(join(folder, MANIFEST))) {
        if (ownedByUs(folder)) return folder;
        continue;
      }
      const partial = `${folder}.${process.pid}`;
      mkdirSync(partial, { recursive: true, mode: 0o700 });
      for (const file of untar(brotliDecompressSync(readFileSync(archive)))) {
        if (WANTED.includes(file.name)) writeFileSync(join(partial, file.name), file.data, { mode: 0o755 });
      }
      try {
        renameSync(partial, folder);
      } catch {
        rmSync(partial, { recursive: true, force: true }); // another process was first
      }
      if (existsSync(join(folder, MANIFEST)) && ownedByUs(folder)) return folder;
    } catch {
      // Read-only or full: the next folder.
    }
  }
  throw new Error(`SwiftShader could not be unpacked into ${cacheFolders().join(' or ')}: the folder must be writable`);
}

function cacheFolders(): string[] {
  const user = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return [join(user, 'convoke'), join(tmpdir(), `convoke-${process.getuid?.() ?? 0}`)];
}

/** Code is loaded from the folder, and a shared temporary folder may have been filled by someone else. */
function ownedByUs(folder: string): boolean {
  const { uid } = statSync(folder);
  return uid === process.getuid?.() || uid === 0;
}

function* untar(archive: Buffer): Generator<{ name: string; data: Buffer }> {
  for (let offset = 0; offset + 512 <= archive.length; ) {
    const path = archive.toString('utf8', offset, offset + 100).replace(/\0.*$/s, '');
    if (!path) return; // two empty blocks end the archive
    const bytes = Number.parseInt(archive.toString('ascii', offset + 124, offset + 136), 8) || 0;
    const start = offset + 512;
    yield { name: path.split('/').at(-1) ?? path, data: archive.subarray(start, start + bytes) };
    offset = start + Math.ceil(bytes / 512) * 512;
  }
}

/**
 * Maps a plain shared library for good. `process.dlopen` complains that it is no Node module and closes it again, but
 * RTLD_NODELETE keeps it mapped, and Dawn's later dlopen("libvulkan.so.1") finds it by its name.
 */
function keepLoaded(library: string): void {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, library, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  } catch {
    // Either "did not self-register", as expected, or it cannot be loaded, and then Dawn finds no adapter.
  }
}
