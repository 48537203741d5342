// Pipelines, each compiled once per device, all at the same time.

import { type BindingKind, type Kernel, kernelKey } from '../../wgsl/kernel.ts';
import { type Acquired, checked } from './acquire.ts';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export class Pipelines {
  readonly #acquired: Acquired;
  readonly #made = new Map<string, Promise<Pipeline>>();
  /** Weak: each load may bring kernel objects of its own, and the pipelines outlive them. */
  readonly #ready = new WeakMap<Kernel, Pipeline>();

  constructor(acquired: Acquired) {
    this.#acquired = acquired;
  }

  /**
   * Compiles what is not compiled yet, in this order where the driver keeps one; each can be used as soon as it is there.
   * `onProgress` counts distinct pipelines. Throws DeviceError 'invalid_program' naming the kernel.
   */
  async compile(kernels: readonly Kernel[], onProgress?: (done: number, total: number) => void): Promise<void> {
    const distinct = new Map<string, Kernel[]>();
    for (const kernel of new Set(kernels)) {
      const key = kernelKey(kernel);
      distinct.set(key, [...(distinct.get(key) ?? []), kernel]);
    }
    let done = 0;
    onProgress?.(done, distinct.size);
    await Promise.all(
      [...distinct].map(async ([key, same]) => {
        const pipeline = await (this.#made.get(key) ?? this.#start(key, same[0]!));
        for (const kernel of same) this.#ready.set(kernel, pipeline);
        onProgress?.(++done, distinct.size);
      }),
    );
  }

  /** Whether `get` has it. */
  has(kernel: Kernel): boolean {
    return this.#ready.has(kernel);
  }

  /** A compiled pipeline; `compile` must have been awaited for this kernel, or `has` have said so. */
  get(kernel: Kernel): Pipeline {
    const pipeline = this.#ready.get(kernel);
    if (!pipeline) throw new TypeError(`${kernel.name} has not been compiled`);
    return pipeline;
  }

  /** How many pipelines this device holds. */
  get size(): number {
    return this.#made.size;
  }

  #start(key: string, kernel: Kernel): Promise<Pipeline> {
    const made = this.#make(kernel);
    this.#made.set(key, made);
    // What failed once, for want of memory perhaps, is tried again when it is next asked for.
    made.catch(() => this.#made.delete(key));
    return made;
  }

  #make(kernel: Kernel): Promise<Pipeline> {
    const { device } = this.#acquired;
    return checked(this.#acquired, kernel.name, async () => {
      // Explicit, because an automatic layout leaves out bindings that a variant happens not to use.
      const layout = device.createBindGroupLayout({
        label: kernel.name,
        entries: kernel.bindings.map(({ index, kind, format }) => ({
          binding: index,
          visibility: GPUShaderStage.COMPUTE,
          ...bindingLayout(kind, format),
        })),
      });
      const module = device.createShaderModule({ label: kernel.name, code: kernel.code });
      const pipeline = await device.createComputePipelineAsync({
        label: kernel.name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, constants: kernel.overrides },
      });
      return { pipeline, layout };
    });
  }
}

function bindingLayout(
  kind: BindingKind,
  format: GPUTextureFormat = 'rgba32float',
): Omit<GPUBindGroupLayoutEntry, 'binding' | 'visibility'> {
  switch (kind) {
    case 'uniform':
    case 'uniforms':
      return { buffer: { type: 'uniform' } };
    case 'read':
      return { buffer: { type: 'read-only-storage' } };
    case 'write':
      return { buffer: { type: 'storage' } };
    case 'texture':
      return { texture: { sampleType: 'unfilterable-float' } };
    case 'read_texture':
      return { storageTexture: { access: 'read-only', format } };
    case 'write_texture':
      return { storageTexture: { access: 'write-only', format } };
  }
}
