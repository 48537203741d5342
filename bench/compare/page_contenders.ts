// The contenders in a page, each around a library that its own script imports: what is measured is bundled with nothing else.

import type { openDevice, Registry } from '../../src/index.ts';
import type { Plugin } from '../../src/registry/plugin.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import type { PageContender } from './page.ts';
import { loadTfjs, type Tf } from './tfjs_run.ts';

interface Convoke {
  readonly Registry: typeof Registry;
  readonly openDevice: typeof openDevice;
  readonly tensor: (data: Float32Array<ArrayBuffer>, shape: readonly number[]) => Tensor;
}

export const convoke = (library: Convoke, plugin: Plugin): PageContender['open'] =>
  async function open({ model: name, size, channels, batch, images, file }) {
    const device = await library.openDevice();
    const weights = file('weights.safetensors');
    const model = await new library.Registry([plugin]).load(name, { weights, size, device });
    const x = library.tensor(images, [batch, channels, size, size]);
    return { answer: async () => (await model.forward(x)).data(), pipelines: () => device.pipelines.size };
  };

/** As much of onnxruntime-web as is used here. */
interface Onnxruntime {
  readonly env: { readonly wasm: { wasmBinary?: ArrayBuffer } };
  readonly Tensor: new (
    type: 'float32',
    data: Float32Array,
    dims: readonly number[],
  ) => { readonly data: Float32Array };
  readonly InferenceSession: {
    create(
      model: ArrayBuffer,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Record<string, { readonly data: Float32Array }>> }>;
  };
}

export const WASM = 'ort-wasm-simd-threaded.asyncify.wasm';

export const onnxruntimeWeb = (ort: Onnxruntime): PageContender['open'] =>
  async function open({ size, channels, batch, images, file }) {
    ort.env.wasm.wasmBinary = file(WASM);
    const session = await ort.InferenceSession.create(file('model.onnx'), {
      executionProviders: ['webgpu'],
      graphOptimizationLevel: 'all',
      freeDimensionOverrides: { n: batch },
    });
    const shape = [batch, channels, size, size];
    return {
      answer: async () => (await session.run({ image: new ort.Tensor('float32', images, shape) })).logits!.data,
    };
  };

export const tfjsWeb = (tf: Tf): PageContender['open'] =>
  async function open({ size, channels, batch, images, file }) {
    const program = JSON.parse(new TextDecoder().decode(file('program.json')));
    await tf.setBackend('webgpu');
    const run = loadTfjs(tf, { program, weights: new Float32Array(file('weights.bin')) }, batch);
    return {
      async answer() {
        const x = tf.tensor(images, [batch, size, size, channels]);
        const y = run(x);
        x.dispose();
        const logits = await y.data();
        y.dispose();
        return logits;
      },
    };
  };
