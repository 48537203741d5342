// The GPU memory of one plan: arenas, inputs, outputs, uniforms, and the bind groups that point into them. Made once, never in a run.

import type { Dispatch, Plan, PlannedBuffer, PlannedTexture } from '../plan/plan.ts';
import { type Acquired, checked } from './acquire.ts';
import type { BoundCopy, Encodable } from './passes.ts';
import type { Pipelines } from './pipelines.ts';
import { Readbacks } from './readbacks.ts';

export type Memory = GPUBuffer | GPUTexture;

/** A dispatch with everything it needs bound. */
export interface BoundDispatch extends Encodable {
  readonly dispatch: Dispatch;
}

export interface Residence {
  readonly plan: Plan;
  readonly run: readonly BoundDispatch[];
  readonly inputs: Readonly<Record<string, GPUBuffer>>;
  readonly outputs: Readonly<Record<string, { readonly from: GPUBuffer; readonly bytes: number }>>;
  /** What outputs are copied to. */
  readonly readbacks: Readbacks;
  /** What inputs are copied from, mapped; null where they are written at once. */
  readonly stagings: Readbacks | null;
  readonly arenas: readonly GPUBuffer[];
  dispose(): void;
}

/**
 * Allocates what a plan needs beside `weights` (buffer id -> memory), and binds it. Up to `runs` may be read back at a time.
 * Throws DeviceError 'out_of_memory', and keeps nothing then.
 */
export async function reside(
  acquired: Acquired,
  pipelines: Pipelines,
  plan: Plan,
  weights: ReadonlyMap<number, Memory>,
  runs: number,
): Promise<Residence> {
  const { device } = acquired;
  const owned: Memory[] = [];
  let readbacks: Readbacks | null = null;
  let stagings: Readbacks | null = null;
  const dispose = () => {
    readbacks?.dispose();
    stagings?.dispose();
    for (const made of owned) made.destroy();
  };
  const make = (): Residence => {
    const buffer = (label: string, size: number, usage: number) => {
      const made = device.createBuffer({ label, size, usage });
      owned.push(made);
      return made;
    };
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST, MAP_READ, MAP_WRITE } = GPUBufferUsage;
    const arenas = plan.arenas.map((size, i) => buffer(`arena ${i}`, size, STORAGE | UNIFORM | COPY_SRC | COPY_DST));
    const ends = new Map<number, GPUBuffer>();
    const end = (id: number) => {
      const { name, bytes } = plan.buffers[id]!;
      const made = buffer(name, bytes, STORAGE | COPY_SRC | COPY_DST);
      ends.set(id, made);
      return made;
    };
    const inputs = mapValues(plan.inputs, end);
    const outputs = mapValues(plan.outputs, (id) => {
      const { bytes } = plan.buffers[id]!;
      return { from: end(id), bytes };
    });
    readbacks = new Readbacks(runs, () =>
      mapValues(outputs, ({ bytes }, name) =>
        device.createBuffer({ label: `${name} readback`, size: bytes, usage: MAP_READ | COPY_DST }),
      ),
    );
    // Where runs overlap, the next one's inputs are on their way while this one computes, by memory of their own: what `writeBuffer` copies
    // through is not free before that is done. Where a CPU plays the GPU there is nothing to overlap.
    if (!acquired.facts.fallback)
      stagings = new Readbacks(runs, () =>
        mapValues(inputs, ({ size }, name) =>
          device.createBuffer({ label: `${name} staging`, size, usage: MAP_WRITE | COPY_SRC, mappedAtCreation: true }),
        ),
      );
    const textures = new Map<number, GPUTexture>();
    for (const { id, name, role, texture, shared } of plan.buffers) {
      if (role !== 'activation' || !texture || shared !== undefined) continue;
      const made = makeTexture(device, name, texture);
      owned.push(made);
      textures.set(id, made);
    }
    const texels = plan.texels.map((texture, i) => {
      const made = makeTexture(device, `texels ${i}`, texture);
      owned.push(made);
      return made;
    });
    const uniforms = uploadUniforms(device, plan);
    owned.push(uniforms);
    const resource = (planned: PlannedBuffer): GPUBindingResource => {
      if (planned.arena !== null)
        return { buffer: arenas[planned.arena]!, offset: planned.offset, size: planned.bytes };
      if (planned.shared !== undefined) return texels[planned.shared]!.createView();
      const memory = ends.get(planned.id) ?? textures.get(planned.id) ?? weights.get(planned.id);
      if (!memory) throw new TypeError(`${planned.name} has no memory`);
      return 'createView' in memory ? memory.createView() : { buffer: memory };
    };
    const run = plan.run.map((dispatch): BoundDispatch => {
      const copies = dispatch.copies.map(({ arena, offset, bytesPerRow, rows, texels: to }): BoundCopy => {
        const texture = texels[to]!;
        return [{ buffer: arenas[arena]!, offset, bytesPerRow }, { texture }, [texture.width, rows]];
      });
      return { ...bind(device, pipelines, plan, uniforms, dispatch, resource), copies };
    });
    return { plan, run, inputs, outputs, readbacks, stagings, arenas, dispose };
  };
  try {
    return await checked(acquired, `memory for a batch of ${plan.batch} (${plan.peakBytes} bytes)`, make);
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Packed weights, written by one kernel and read by another, or texels that are copied into. */
export function makeTexture(device: GPUDevice, label: string, [width, height, format]: PlannedTexture): GPUTexture {
  const { STORAGE_BINDING, TEXTURE_BINDING, COPY_DST } = GPUTextureUsage;
  const usage = STORAGE_BINDING | TEXTURE_BINDING | COPY_DST;
  return device.createTexture({ label, size: [width, height], format, usage });
}

export function uploadUniforms(device: GPUDevice, plan: Plan): GPUBuffer {
  const words = new Uint32Array(plan.uniformWords);
  const buffer = device.createBuffer({
    label: 'uniforms',
    size: Math.max(16, words.byteLength),
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, words);
  return buffer;
}

export function bind(
  device: GPUDevice,
  pipelines: Pipelines,
  plan: Plan,
  uniforms: GPUBuffer,
  dispatch: Dispatch,
  resource: (planned: PlannedBuffer) => GPUBindingResource,
): Omit<BoundDispatch, 'copies'> {
  const { kernel } = dispatch;
  const { pipeline, layout } = pipelines.get(kernel);
  const entries = dispatch.bindings.map(({ index, buffer }) => ({
    binding: index,
    resource: resource(plan.buffers[buffer]!),
  }));
  const params = kernel.bindings.find(({ kind }) => kind === 'uniform');
  if (params) {
    const size = 4 * Math.max(4, Math.ceil(kernel.uniforms.length / 4) * 4);
    entries.push({ binding: params.index, resource: { buffer: uniforms, offset: dispatch.uniforms, size } });
  }
  const bindGroup = device.createBindGroup({ label: `${kernel.name} ${dispatch.layer}`, layout, entries });
  return { dispatch, pipeline, bindGroup };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
