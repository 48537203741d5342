// Test projects: `node` needs no GPU; every driver runs the same *.gpu.test.ts files. CONVOKE_TEST_DRIVERS chooses drivers.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { weights } from './build/weights_plugin.ts';
import { wgsl } from './build/wgsl_plugin.ts';

const drivers = (process.env.CONVOKE_TEST_DRIVERS ?? 'lavapipe,swiftshader,chromium').split(',');
const chromium =
  process.env.CHROMIUM_PATH ??
  [
    '/usr/bin/chromium',
    fileURLToPath(new URL('./node_modules/.cache/convoke/chromium/chromium', import.meta.url)),
  ].find(existsSync);

const shared = fileURLToPath(new URL('../shared/', import.meta.url));
const gpuTests = ['test/**/*.gpu.test.ts'];
const common = {
  setupFiles: ['./test/support/late_parts.ts'],
  provide: { shared: existsSync(shared) ? shared : null },
  testTimeout: 60_000,
  hookTimeout: 60_000,
  fileParallelism: false, // software drivers already use every core
};

/** `auto` is whatever adapter the system has, for runs on a real GPU. */
const node = (driver: 'lavapipe' | 'swiftshader' | 'auto') => ({
  plugins: [wgsl(), weights()],
  test: {
    ...common,
    name: driver,
    include: gpuTests,
    env: { CONVOKE_DRIVER: driver },
    pool: 'forks' as const, // a worker thread's env does not reach getenv(), and a native crash would take the runner down
    isolate: false, // one Dawn instance for all files
  },
});

const browser = () => ({
  plugins: [wgsl(), weights()],
  server: { fs: { allow: ['.', shared] } },
  optimizeDeps: { include: ['zod/mini'] }, // found late, it would make vite reload the first tests
  test: {
    ...common,
    name: 'chromium',
    include: [...gpuTests, 'test/**/*.browser.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          ...(chromium ? { executablePath: chromium } : {}),
          args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
        },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

const makers = {
  lavapipe: () => node('lavapipe'),
  swiftshader: () => node('swiftshader'),
  auto: () => node('auto'),
  chromium: browser,
  none: () => null,
};

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [wgsl(), weights()],
        test: {
          ...common,
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{gpu,browser}.test.ts'],
          pool: 'forks' as const,
        },
      },
      ...drivers.flatMap((driver) => {
        const make = makers[driver as keyof typeof makers];
        if (!make) throw new Error(`CONVOKE_TEST_DRIVERS: '${driver}' is none of ${Object.keys(makers).join(', ')}`);
        return make() ?? [];
      }),
    ],
  },
});
