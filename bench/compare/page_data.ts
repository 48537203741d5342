// The files that a page of each contender is given: the network in its own form, and the batch.

import { writeSafetensors } from '../../src/weights/write_safetensors.ts';
import { toOnnx } from '../onnx.ts';
import { permuted } from '../training_task.ts';
import type { LoadedTask, WebName } from './contender.ts';
import type { PageTask } from './page.ts';
import { WASM } from './page_contenders.ts';
import { toTfjs } from './tfjs_program.ts';

/** Files by name, `task.json` among them. */
export async function dataOf(name: WebName, task: LoadedTask): Promise<Map<string, Uint8Array>> {
  const { network, model, size, batch } = task;
  const { channels } = network;
  const files = new Map<string, Uint8Array>([['images.bin', bytesOf(imagesOf(name, task))]]);
  if (name === 'convoke-web') files.set('weights.safetensors', await whole(writeSafetensors(network.state)));
  if (name === 'ort-web') files.set('model.onnx', toOnnx(network.graph, network.state));
  if (name === 'tfjs-web') {
    const { program, weights } = toTfjs(network.graph, network.state);
    files.set('program.json', json(program));
    files.set('weights.bin', bytesOf(weights));
  }
  const names = [...files.keys(), ...(name === 'ort-web' ? [WASM] : [])];
  files.set('task.json', json({ model, size, channels, batch, files: names } satisfies PageTask));
  return files;
}

function imagesOf(name: WebName, { images, batch, size, network }: LoadedTask): Float32Array {
  if (name !== 'tfjs-web') return images;
  return permuted(images, [batch, network.channels, size, size], [0, 2, 3, 1]);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
