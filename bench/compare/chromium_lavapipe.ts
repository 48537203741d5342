// A Chromium whose WebGPU runs on lavapipe: its folder without its own SwiftShader, and a small Vulkan layer, compiled here.

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { lavapipeManifest } from '../../src/runtime/device/software_vulkan.node.ts';
import { ConvokeError } from '../../src/runtime/errors.ts';
import { root } from '../report.ts';

const LAYER = 'VK_LAYER_CONVOKE_cpu';
const LIBRARY = 'libconvoke_cpu_layer.so';
const SWIFTSHADER = /^(libvk_swiftshader\.so|vk_swiftshader_icd\.json)$/;

interface Launch {
  readonly program: string;
  readonly env: Record<string, string>;
}

let made: Launch | undefined;

/** What to start, and with which variables; made once a process. Throws ConvokeError 'peer_failed', with what is missing. */
export function lavapipeChromium(program: string): Launch {
  made ??= make(program);
  return made;
}

function make(program: string): Launch {
  const manifest = lavapipeManifest();
  if (!manifest) throw missing("the system's lavapipe (mesa-vulkan-drivers) is not installed");
  const folder = join(root, 'node_modules/.cache/convoke/chromium-lavapipe');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  buildLayer(folder);
  return {
    program: withoutSwiftShader(program, join(folder, 'browser')),
    env: { VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest, VK_LAYER_PATH: folder, VK_INSTANCE_LAYERS: LAYER },
  };
}

/** A program looks for what belongs to it beside itself, behind links: so it is a copy, and the rest are links. */
function withoutSwiftShader(program: string, folder: string): string {
  const source = dirname(program);
  mkdirSync(folder);
  for (const name of readdirSync(source)) {
    const [from, to] = [join(source, name), join(folder, name)];
    if (SWIFTSHADER.test(name)) continue;
    const stat = statSync(from);
    if (stat.isFile() && stat.mode & 0o100) copy(from, to);
    else symlinkSync(from, to);
  }
  return join(folder, basename(program));
}

function copy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // another file system, or another owner
  }
}

function buildLayer(folder: string): void {
  const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (!compiler) throw missing('a C compiler (cc, gcc or clang) is needed for the Vulkan layer that lets it in');
  const source = join(root, 'bench/compare/cpu_layer.c');
  const library = join(folder, LIBRARY);
  const { status } = spawnSync(compiler, ['-shared', '-fPIC', '-O2', '-o', library, source], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0 || !existsSync(library))
    throw missing(`${compiler} could not compile the Vulkan layer that lets it in`);
  const layer = {
    name: LAYER,
    type: 'GLOBAL',
    library_path: library,
    api_version: '1.3.239',
    implementation_version: '1',
    description: 'gives CPU devices the numbers of SwiftShader',
    functions: { vkNegotiateLoaderLayerInterfaceVersion: 'vkNegotiateLoaderLayerInterfaceVersion' },
  };
  writeFileSync(join(folder, 'convoke_cpu_layer.json'), JSON.stringify({ file_format_version: '1.1.0', layer }));
}

const missing = (what: string) => new ConvokeError('peer_failed', `Chromium does not run on lavapipe here: ${what}`);
