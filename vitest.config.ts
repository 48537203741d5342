// Test projects: `node` needs no GPU; the three drivers run the same *.gpu.test.ts files.
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { wgsl } from './build/wgsl_plugin.ts';

const gpuTests = ['test/**/*.gpu.test.ts'];
const limits = { testTimeout: 60_000, hookTimeout: 60_000, fileParallelism: false };

const node = (driver: 'lavapipe' | 'swiftshader') => ({
  plugins: [wgsl()],
  test: {
    name: driver,
    include: gpuTests,
    env: { CONVOKE_DRIVER: driver },
    pool: 'forks' as const, // a worker thread's env does not reach getenv(), and a native crash would take the runner down
    isolate: false, // one Dawn instance for all files
    ...limits,
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [wgsl()],
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{gpu,browser}.test.ts'],
          pool: 'forks' as const,
          ...limits,
        },
      },
      node('lavapipe'),
      node('swiftshader'),
      {
        plugins: [wgsl()],
        server: { fs: { allow: ['..'] } },
        test: {
          name: 'chromium',
          include: [...gpuTests, 'test/**/*.browser.test.ts'],
          ...limits,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
                args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
              },
            }),
            instances: [{ browser: 'chromium' as const }],
          },
        },
      },
    ],
  },
});
