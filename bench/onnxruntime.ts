// The peer: onnxruntime's CPU provider, installed into bench/ on first use, never a dependency of the library.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConvokeError } from '../src/runtime/errors.ts';
import { root, versionIn } from './report.ts';

/** As much of onnxruntime-node as is used here: its own types are not installed where this is compiled. */
interface OnnxTensor {
  readonly data: Float32Array<ArrayBuffer>;
}

interface Onnxruntime {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
      release(): Promise<void>;
    }>;
  };
}

export interface Peer {
  run(image: Float32Array, shape: readonly number[]): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

const folder = join(root, 'bench');

/** Installs the peer if it is missing. Throws ConvokeError 'peer_missing' where npm cannot. */
export function onnxruntime(): { version: string; open(model: Uint8Array, threads: number): Promise<Peer> } {
  if (!existsSync(join(folder, 'node_modules/onnxruntime-node'))) install();
  const ort = createRequire(join(folder, 'package.json'))('onnxruntime-node') as Onnxruntime;
  return {
    version: versionIn('bench/node_modules/onnxruntime-node/package.json'),
    open: (model, threads) => open(ort, model, threads),
  };
}

function install(): void {
  process.stderr.write('installing the peers of bench/package.json (once, 290 MB)\n');
  const args = ['ci', '--prefix', folder, '--loglevel=error'];
  const options = { stdio: ['ignore', 2, 2] as ['ignore', number, number] };
  const npm = process.env.npm_execpath; // set by `npm run`
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (status !== 0)
    throw new ConvokeError('peer_missing', 'onnxruntime-node could not be installed into bench/: npm says why above');
}

async function open(ort: Onnxruntime, model: Uint8Array, threads: number): Promise<Peer> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Else its threads go on spinning after a run, into the next contender's time.
    extra: { session: { force_spinning_stop: '1' } },
  });
  return {
    async run(image, shape) {
      const { logits } = await session.run({ image: new ort.Tensor('float32', image, shape) });
      return logits!.data;
    },
    close: () => session.release(),
  };
}
