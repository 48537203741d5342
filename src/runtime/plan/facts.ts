// What the compiler may know of an adapter: plain data, so that everything up to a plan is made and tested with no GPU.

/** An adapter's properties, as the device made from it has them. Sizes are bytes unless the limit counts something. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** A CPU plays the GPU: barriers and shared memory cost more than they save there. */
  readonly fallback: boolean;
  readonly features: {
    readonly subgroups: boolean;
    readonly f16: boolean;
    readonly timestamps: boolean;
    /** Kernels may read storage textures (a feature of the WGSL language). */
    readonly texels: boolean;
  };
  /** Where subgroups multiply matrices of f16 and add up in f32: rows of the left one, columns of the right one, what both share. */
  readonly matrix?: { readonly m: number; readonly n: number; readonly k: number } | undefined;
  /** Invocations in a subgroup where every subgroup has as many; null where it varies or there are none. */
  readonly subgroupSize: number | null;
  readonly limits: Readonly<Record<LimitName, number>>;
}

/** The limits of the WebGPU specification that this package's work can meet. All are requested as high as the adapter allows. */
export const limitNames = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxStorageTexturesPerShaderStage',
  'maxTextureDimension2D',
  'maxUniformBufferBindingSize',
  'minStorageBufferOffsetAlignment',
  'minUniformBufferOffsetAlignment',
] as const;

export type LimitName = (typeof limitNames)[number];
