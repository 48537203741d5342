// WebGPU drivers on this machine: what is there, and on Linux with root and apt, what can be installed.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { apt, canInstall } from './apt.mjs';
import { hasPackage, output, packageFolder, root, run, say } from './run.mjs';

const NPM_CHROMIUM = '@sparticuz/chromium';
/** Dawn refuses the Vulkan of older ones. */
const OLDEST_MESA = 23;

/** The name of the adapter that Dawn finds, with the drivers of one Vulkan manifest or all; null when there is none. */
export function adapterName(manifest) {
  const script = `
    const { create } = await import('webgpu');
    globalThis.gpu = create([]);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) process.exit(1);
    process.stdout.write(adapter.info.description || adapter.info.vendor);`;
  const env = manifest ? { ...process.env, VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest } : process.env;
  return output(process.execPath, ['--input-type=module', '--eval', script], { env });
}

export function npmSwiftShaderIsHere() {
  return process.platform === 'linux' && process.arch === 'x64' && hasPackage(NPM_CHROMIUM);
}

/** Installs lavapipe if it is missing and can be had. Returns why it is not there, or null. */
export function ensureLavapipe() {
  if (lavapipeWorks()) return null;
  if (process.platform !== 'linux') return 'it is a driver for Linux';
  if (!canInstall()) return `install mesa-vulkan-drivers, Mesa ${OLDEST_MESA} or newer`;
  apt(['update']);
  const version = newMesa() ?? (addBackports() ? newMesa() : null);
  if (!version) return `apt has no mesa-vulkan-drivers of Mesa ${OLDEST_MESA} or newer`;
  say(`installing lavapipe (mesa-vulkan-drivers ${version.number})`);
  const suite = version.suite.endsWith('-backports') ? ['--target-release', version.suite] : [];
  apt(['install', '--yes', '--no-install-recommends', ...suite, 'mesa-vulkan-drivers', 'libvulkan1']);
  return lavapipeWorks() ? null : 'mesa-vulkan-drivers was installed, but Dawn finds no adapter with it';
}

function lavapipeWorks() {
  const folder = ['/usr/local/share', '/usr/share', '/usr/local/etc', '/etc']
    .map((path) => join(path, 'vulkan/icd.d'))
    .find((path) => existsSync(path) && readdirSync(path).some(isLavapipe));
  if (!folder) return false;
  return adapterName(join(folder, readdirSync(folder).find(isLavapipe)))?.includes('llvmpipe') ?? false;
}

const isLavapipe = (file) => /^lvp_icd.*\.json$/.test(file);

/** The newest mesa-vulkan-drivers that apt offers, if it is new enough. */
function newMesa() {
  const rows = output('apt-cache', ['madison', 'mesa-vulkan-drivers'])?.split('\n') ?? [];
  const versions = rows
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 3 && cells[2].endsWith('Packages'))
    .map(([, number, source]) => ({ number, suite: source.split(' ')[1].split('/')[0] }))
    .filter(({ number }) => Number.parseInt(number.replace(/^\d+:/, ''), 10) >= OLDEST_MESA);
  return versions[0] ?? null; // madison lists the newest first
}

/** Debian's stable Mesa may be too old: adds the backports of the release, from wherever the release itself comes. */
function addBackports() {
  const release = Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => line.replaceAll('"', '').split('=')),
  );
  if (release.ID !== 'debian' || !release.VERSION_CODENAME) return false;
  const suite = `${release.VERSION_CODENAME}-backports`;
  const main = archiveOf(release.VERSION_CODENAME);
  if (!main) return false;
  say(`adding the package source ${suite}`);
  writeFileSync(`/etc/apt/sources.list.d/${suite}.sources`, main.replace(/^Suites:.*$/m, `Suites: ${suite}`));
  return apt(['update']) === 0;
}

/** The stanza of the package source that gives a release's main archive, in apt's newer format. */
function archiveOf(codename) {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.sources')) : [];
  const stanzas = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/\n\s*\n/));
  const stanza = stanzas.find((text) => new RegExp(`^Suites:(.*\\s)?${codename}(\\s|$)`, 'm').test(text));
  if (stanza) return `${stanza.trim()}\n`;
  const list = existsSync('/etc/apt/sources.list') ? readFileSync('/etc/apt/sources.list', 'utf8') : '';
  const line = list.split('\n').find((text) => new RegExp(`^deb .*\\s${codename}\\s`).test(text));
  const address = line?.split(/\s+/).find((word) => word.includes('://'));
  return address ? `Types: deb\nURIs: ${address}\nSuites: ${codename}\nComponents: main\n` : null;
}

/** Finds a Chromium for the browser tests, installing one if it can. Returns its path, or why there is none. */
export function ensureChromium() {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted)
    return starts(wanted) ? { path: wanted } : { missing: `CHROMIUM_PATH is '${wanted}', which does not start` };
  const system = '/usr/bin/chromium';
  if (starts(system)) return { path: system };
  if (canInstall()) {
    say('installing chromium');
    apt(['update']);
    // Where the package only points to another package system, what it installs does not start, and the next way is taken.
    apt(['install', '--yes', '--no-install-recommends', 'chromium']);
    if (starts(system)) return { path: system };
    apt(['install', '--yes', '--no-install-recommends', 'libnss3', 'libnspr4', 'libexpat1']);
  }
  const unpacked = npmSwiftShaderIsHere() ? unpackChromium() : null;
  if (unpacked && starts(unpacked)) return { path: unpacked };
  return { missing: 'install Chromium and name it in CHROMIUM_PATH' };
}

const starts = (browser) => existsSync(browser) && output(browser, ['--version', '--no-sandbox']) !== null;

/** The Chromium inside an npm package, with its SwiftShader beside it, where it looks for it. */
function unpackChromium() {
  const folder = join(root, 'node_modules/.cache/convoke/chromium');
  const program = join(folder, 'chromium');
  if (existsSync(program)) return program;
  say('unpacking the Chromium of an npm package');
  const source = join(packageFolder(NPM_CHROMIUM), 'bin');
  const partial = `${folder}.${process.pid}`;
  mkdirSync(join(partial, 'libraries'), { recursive: true });
  const unpack = (file) => brotliDecompressSync(readFileSync(join(source, file)));
  writeFileSync(join(partial, 'browser'), unpack('chromium.br'), { mode: 0o755 });
  run('tar', ['-x', '-C', partial], { input: unpack('swiftshader.tar.br'), stdio: ['pipe', 'inherit', 'inherit'] });
  const libraries = join(partial, 'libraries');
  run('tar', ['-x', '-C', libraries], { input: unpack('al2023.tar.br'), stdio: ['pipe', 'inherit', 'inherit'] });
  // The machine's own libraries come first: those of the package are for machines that lack them.
  const script = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
if ! "$here/browser" --version >/dev/null 2>&1; then export LD_LIBRARY_PATH="$here/libraries/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; fi
exec "$here/browser" "$@"
`;
  writeFileSync(join(partial, 'chromium'), script, { mode: 0o755 });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return program;
}
