// The `convoke` command as it is published, built apart from dist/, and runs of it.
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { loadConfigFile } from 'rollup/loadConfigFile';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Where the packages of the repository are found from. */
const folder = `${root}node_modules/.cache/convoke/command-${process.pid}`;

export interface Chunk {
  readonly file: string;
  /** Other chunks and packages that are loaded with it. */
  readonly imports: readonly string[];
  readonly sources: readonly string[];
}

/** Builds it for `runCommand`; `removeCommand` clears up. */
export async function buildCommand(): Promise<Chunk[]> {
  const { options } = await loadConfigFile(`${root}rollup.config.ts`, { configPlugin: 'esbuild' });
  const chosen = options.find(({ output }) => output.some(({ dir }) => dir === 'dist/node'));
  if (!chosen) throw new Error('rollup.config.ts makes no dist/node');
  const bundle = await rollup(chosen);
  const { output } = await bundle.write({ ...chosen.output[0], dir: folder, sourcemap: false });
  await bundle.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  return chunks.map(({ fileName, imports, moduleIds }) => ({ file: fileName, imports, sources: moduleIds }));
}

export const removeCommand = (): Promise<void> => rm(folder, { recursive: true, force: true });

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  /** Without what Dawn itself says of an adapter's limits. */
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
  /** Interrupts it, as Ctrl-C does, when this settles. */
  readonly interrupt?: Promise<unknown>;
}

/** Runs it in the repository, with no CONVOKE_ variable but those of `env`. */
export function runCommand(args: readonly string[], { env = {}, stdin, interrupt }: RunOptions = {}): Promise<Run> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CONVOKE_'));
  const child = spawn(process.execPath, [`${folder}/cli/main.js`, ...args], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), ...env },
  });
  child.stdin.end(stdin);
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part) => (text.stderr += part));
  interrupt?.then(() => child.kill('SIGINT'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code,
        stdout: text.stdout,
        stderr: text.stderr.replace(/^Warning: .* artificially reduced .*\n/gm, ''),
      }),
    );
  });
}
