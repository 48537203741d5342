// Adapters that are not there: what lavapipe, SwiftShader and a discrete GPU say of themselves, for checks without a device.

import type { AdapterFacts } from '../runtime/plan/facts.ts';

const MiB = 2 ** 20;

const lavapipe: AdapterFacts = {
  vendor: 'mesa',
  architecture: 'software',
  device: 'llvmpipe',
  description: 'llvmpipe: Mesa 25.0.7',
  fallback: true,
  features: { subgroups: true, f16: true, timestamps: true, texels: true },
  subgroupSize: 8,
  limits: {
    maxBufferSize: 4096 * MiB - 1,
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupSizeX: 1024,
    maxComputeWorkgroupSizeY: 1024,
    maxComputeWorkgroupSizeZ: 1024,
    maxComputeWorkgroupStorageSize: 32768,
    maxComputeWorkgroupsPerDimension: 65535,
    maxStorageBufferBindingSize: 128 * MiB,
    maxStorageBuffersPerShaderStage: 16,
    maxStorageTexturesPerShaderStage: 8,
    maxTextureDimension2D: 16384,
    maxUniformBufferBindingSize: 65536,
    minStorageBufferOffsetAlignment: 16,
    minUniformBufferOffsetAlignment: 16,
  },
};

const swiftshader: AdapterFacts = {
  ...lavapipe,
  vendor: 'google',
  architecture: 'swiftshader',
  device: 'swiftshader-device-subzero',
  description: 'SwiftShader driver 5.0.0',
  features: { subgroups: true, f16: false, timestamps: true, texels: true },
  subgroupSize: 4,
  limits: {
    ...lavapipe.limits,
    maxBufferSize: 1024 * MiB,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupSizeY: 256,
    maxComputeWorkgroupSizeZ: 64,
    maxStorageBufferBindingSize: 1024 * MiB,
    maxStorageBuffersPerShaderStage: 12,
    maxTextureDimension2D: 8192,
    minStorageBufferOffsetAlignment: 256,
    minUniformBufferOffsetAlignment: 256,
  },
};

const discrete: AdapterFacts = {
  ...lavapipe,
  vendor: 'nvidia',
  architecture: 'ada',
  device: 'rtx',
  description: 'a discrete GPU',
  fallback: false,
  subgroupSize: 32,
  limits: {
    ...lavapipe.limits,
    maxStorageBufferBindingSize: 2048 * MiB - 4,
    maxComputeWorkgroupStorageSize: 49152,
    maxTextureDimension2D: 32768,
    minUniformBufferOffsetAlignment: 64,
  },
};

export const fakeAdapters = { lavapipe, swiftshader, discrete } as const;
