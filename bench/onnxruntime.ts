// The peer in inference: onnxruntime's CPU provider.

import { requirePeer, versionOfPeer } from './peers.ts';

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

/** Throws what installing it throws. */
export function onnxruntime(): { version: string; open(model: Uint8Array, threads: number): Promise<Peer> } {
  const ort = requirePeer('onnxruntime-node') as Onnxruntime;
  return { version: versionOfPeer('onnxruntime-node'), open: (model, threads) => open(ort, model, threads) };
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
