// The contenders in Node: what each does in its own process before its first answer, and for each answer.

import { openDevice, registry, tensor } from '../../src/index.ts';
import { requestGpu, settle } from '../../src/runtime/device/acquire.node.ts';
import { adapterName } from '../../src/runtime/device/acquire.ts';
import { countOnNextDevice } from '../gpu_objects.ts';
import { toOnnx } from '../onnx.ts';
import { onnxruntime } from '../onnxruntime.ts';
import { requirePeer, versionOfPeer } from '../peers.ts';
import { versionIn } from '../report.ts';
import { permuted, pretendBrowser } from '../training_task.ts';
import type { Facts, LoadedTask, Name, WebName } from './contender.ts';
import { toTfjs } from './tfjs_program.ts';
import { loadTfjs, type Tf } from './tfjs_run.ts';

export type NodeName = Exclude<Name, WebName>;
export type Answer = () => Promise<Float32Array>;

/** What is loaded before the clock starts: code, and the network in the contender's own form. */
export interface Prepared {
  /** The rest, up to where it can answer. */
  open(): Promise<Answer>;
  facts(): Facts;
}

export const THREADS = 2;

export const prepare: Readonly<Record<NodeName, (task: LoadedTask) => Promise<Prepared>>> = {
  async convoke({ network, images, batch, driver }) {
    const count = countOnNextDevice(await requestGpu(driver));
    const x = tensor(images, [batch, network.channels, network.size, network.size]);
    let facts: Pick<Facts, 'adapter' | 'pipelines'>;
    let pipelines = () => 0;
    return {
      async open() {
        const device = await openDevice(driver === undefined ? {} : { driver });
        const { name, state: weights, size } = network;
        const model = await registry.load(name, { weights, size, device });
        facts = { adapter: adapterName(device.acquired.adapter.info) };
        pipelines = () => device.pipelines.size;
        return async () => (await model.forward(x)).data();
      },
      facts: () => ({
        version: versionIn('package.json'),
        ...facts,
        pipelines: pipelines(),
        gpu: count(),
      }),
    };
  },

  async 'tfjs-node'({ network, images, batch, driver }) {
    const gpu = await requestGpu(driver);
    const info = (await gpu.requestAdapter())?.info;
    const count = countOnNextDevice(gpu);
    pretendBrowser(gpu);
    const tf = requirePeer('@tensorflow/tfjs-core') as Tf;
    requirePeer('@tensorflow/tfjs-backend-webgpu');
    const model = toTfjs(network.graph, network.state);
    const { channels, size } = network;
    const pixels = permuted(images, [batch, channels, size, size], [0, 2, 3, 1]);
    return {
      async open() {
        await tf.setBackend('webgpu');
        const run = loadTfjs(tf, model, batch);
        return async () => {
          const x = tf.tensor(pixels, [batch, size, size, channels]);
          const y = run(x);
          x.dispose();
          // It waits as convoke waits: left alone, Dawn would poll on a core that a CPU driver needs.
          const logits = await settle(y.data(), { fallback: info?.isFallbackAdapter ?? false });
          y.dispose();
          return logits;
        };
      },
      facts: () => ({
        version: versionOfPeer('@tensorflow/tfjs-core'),
        adapter: info ? adapterName(info) : null,
        gpu: count(),
      }),
    };
  },

  async 'ort-cpu'({ network, images, batch }) {
    const peer = onnxruntime();
    const model = toOnnx(network.graph, network.state);
    return {
      async open() {
        const session = await peer.open(model, THREADS);
        return () => session.run(images, [batch, network.channels, network.size, network.size]);
      },
      facts: () => ({ version: peer.version, adapter: null, gpu: null }),
    };
  },
};
