// Counting what a device is asked to make: a steady run makes nothing, and what is live does not grow.

const counted = [
  'createBuffer',
  'createTexture',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createShaderModule',
  'createComputePipelineAsync',
  'createQuerySet',
] as const satisfies (keyof GPUDevice)[];

export interface GpuObjects {
  /** How often each was called since the count began. */
  readonly made: Readonly<Record<(typeof counted)[number], number>>;
  /** Buffers and textures that were made and not destroyed, and their bytes. Bind groups cannot be destroyed, so only made ones are known. */
  readonly live: { readonly buffers: number; readonly textures: number; readonly bytes: number };
  /** The most bytes that were live at once. */
  readonly peakBytes: number;
}

/** Starts counting on this device, from now on and for good. Returns the counts so far, as a copy. */
export function countObjects(device: GPUDevice): () => GpuObjects {
  const made = Object.fromEntries(counted.map((name) => [name, 0])) as Record<(typeof counted)[number], number>;
  const live = { buffers: 0, textures: 0, bytes: 0 };
  let peakBytes = 0;
  // Own properties hide the prototype's methods; everything else of the device stays as it is.
  for (const name of counted) {
    const original = device[name].bind(device) as (descriptor: never) => unknown;
    const replacement = (descriptor: never) => {
      made[name]++;
      const result = original(descriptor);
      if (name === 'createBuffer') follow(result as GPUBuffer, 'buffers', (result as GPUBuffer).size);
      if (name === 'createTexture') follow(result as GPUTexture, 'textures', texelBytes(result as GPUTexture));
      return result;
    };
    Object.defineProperty(device, name, { value: replacement });
  }
  const follow = (memory: GPUBuffer | GPUTexture, kind: 'buffers' | 'textures', bytes: number) => {
    live[kind]++;
    live.bytes += bytes;
    peakBytes = Math.max(peakBytes, live.bytes);
    const destroy = memory.destroy.bind(memory);
    let gone = false;
    const replacement = () => {
      if (!gone) {
        live[kind]--;
        live.bytes -= bytes;
      }
      gone = true;
      destroy();
    };
    Object.defineProperty(memory, 'destroy', { value: replacement });
  };
  return () => ({ made: { ...made }, live: { ...live }, peakBytes });
}

/** Counts on the device that somebody is about to ask this `GPU` for, for those who keep it to themselves; null until they have one. */
export function countOnNextDevice(gpu: GPU): () => { peakBytes: number; liveBytes: number } | null {
  let objects: (() => GpuObjects) | null = null;
  replace(gpu, 'requestAdapter', (adapter: GPUAdapter | null) => {
    if (adapter)
      replace(adapter, 'requestDevice', (device: GPUDevice) => {
        objects = countObjects(device);
        return device;
      });
    return adapter;
  });
  return () => {
    const counts = objects?.();
    return counts ? { peakBytes: counts.peakBytes, liveBytes: counts.live.bytes } : null;
  };
}

/** What the method gives passes through `see`. */
function replace<T>(of: object, name: string, see: (result: T) => T): void {
  const original = (of as Record<string, (options?: object) => Promise<T>>)[name]!.bind(of);
  const value = async (options?: object) => see(await original(options));
  Object.defineProperty(of, name, { value, configurable: true });
}

/** Every texture of convoke holds four numbers a texel. */
function texelBytes({ width, height, depthOrArrayLayers, format }: GPUTexture): number {
  return (format === 'rgba16float' ? 8 : 16) * width * height * depthOrArrayLayers;
}
