// Reports of `convoke bench` as two adapters might give them.

import type { LayerResult, Report } from '../../src/cli/bench/schema.ts';

const times = { runs: 7, medianMs: 10, bestMs: 9, p99Ms: 12, cpuMedianMs: 11 };

function layer(title: string, flops: number, bytes: number, roofMs: number, medianMs: number): LayerResult {
  const kernel = (name: string, chosen: boolean, ms: number) => ({
    kernel: name,
    chosen,
    wrong: null,
    dispatches: 1,
    medianMs: ms,
    bestMs: ms,
    cpuMs: ms,
    gflops: flops / ms / 1e6,
    gbytes: bytes / ms / 1e6,
    roofShare: roofMs / ms,
    speedup: (4 * medianMs) / ms,
  });
  return {
    layer: title,
    batch: 1,
    flops,
    bytes,
    roofMs,
    kernels: [kernel('conv2d_direct', false, 4 * medianMs), kernel('conv2d_tile', true, medianMs)],
  };
}

/** `speed` times as fast as the slowest. */
export function benchReport(adapter: string, speed: number, changes: Partial<Report> = {}): Report {
  return {
    format: 'convoke bench 1',
    environment: {
      date: '2026-01-02T03:04:05.678Z',
      adapter,
      software: false,
      driver: 'auto',
      cpu: 'a CPU',
      cores: 8,
      load: 0.3,
      platform: 'linux-x64',
      versions: { convoke: '1.2.3', node: '20.1.0', webgpu: '0.6.2' },
    },
    roof: {
      clock: 'timestamps',
      f32Gflops: 1000 * speed,
      f16Gflops: 2000 * speed,
      readGbytes: 100 * speed,
      copyGbytes: 90 * speed,
      dispatchMs: 0.008 / speed,
      submitMs: 0.2 / speed,
      readback4kMs: 0.3 / speed,
      readback4mMs: 1.5 / speed,
      writeGbytes: 4 * speed,
    },
    kernels: [
      layer('conv2d resnet18 layer1.0.conv1', 231e6, 1.8e6, 0.231, 0.5 / speed),
      layer('conv2d_weight_gradient resnet18 layer1.0.conv1', 231e6, 1.8e6, 0.231, 0.9 / speed),
      layer('max_pool2d resnet18 maxpool', 1.8e6, 4e6, 0.04, 0.05 / speed),
    ],
    models: [
      {
        model: 'resnet18',
        size: 224,
        batch: 1,
        compileMs: 100,
        loadMs: 50,
        firstMs: 20,
        peakBytes: 60e6,
        pipelines: 9,
        ...times,
        medianMs: 10 / speed,
      },
    ],
    training: [{ model: 'lenet5', size: 28, batch: 64, firstMs: 300, firstLoss: 2.3, lastLoss: 1.1, ...times }],
    ...changes,
  };
}
