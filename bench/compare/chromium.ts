// A contender in a Chromium of its own, on the adapter that the bench is about.

import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { ConvokeError } from '../../src/runtime/errors.ts';
import { versionOfPeer } from '../peers.ts';
import { root, versionIn } from '../report.ts';
import { lavapipeChromium } from './chromium_lavapipe.ts';
import type { Contender, First, WebName } from './contender.ts';
import type { Page } from './page.ts';
import { packages } from './page_scripts.ts';
import type { PageServer } from './page_server.ts';
import { treeCpuMs } from './process_tree.ts';
import type { Software } from './targets.ts';

/** How the page is reached from here: `page.ts` has put itself there. */
type Global = { readonly page: Page };

/** Starts a browser and its page, with everything fetched when this resolves. Throws ConvokeError 'peer_failed'. */
export async function startWeb(name: WebName, driver: Software | null, pages: PageServer): Promise<Contender> {
  if (packages[name] !== null) return start(name, driver, pages, []);
  // A peer's program is one script. Ours comes piece by piece: a browser before this one tells which pieces an answer takes.
  const scout = await start(name, driver, pages, []);
  await scout.first().finally(scout.close);
  return start(name, driver, pages, [...pages.downloaded(`/${name}`).keys()]);
}

async function start(
  name: WebName,
  driver: Software | null,
  pages: PageServer,
  modules: readonly string[],
): Promise<Contender> {
  const { program, args, env } = launchOf(driver);
  const server = await chromium.launchServer({
    executablePath: program,
    headless: true,
    args: ['--no-sandbox', '--enable-unsafe-webgpu', ...args],
    ignoreDefaultArgs: ['--disable-gpu', '--enable-unsafe-swiftshader'],
    env: { ...process.env, ...env },
  });
  const close = () => server.kill();
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.goto(`${pages.url}/index.html`);
    const adapter = await page.evaluate(() => (globalThis as unknown as Global).page.adapter());
    if (!adapter) throw failed(name, 'its browser has no WebGPU adapter');
    // Both call themselves SwiftShader; only lavapipe has halves.
    if (driver === 'lavapipe' && !adapter.f16) throw failed(name, 'its browser has another adapter than lavapipe');
    const pid = server.process().pid!;
    const given = [`/${name}`, modules] as const;
    await page.evaluate((given) => (globalThis as unknown as Global).page.prepare(...given), given);
    /** `work` gives its own milliseconds as well: those of the page. */
    const measured = async <T>(work: () => Promise<T>) => {
      const before = treeCpuMs(pid);
      const result = await work().catch((error: Error) => {
        throw failed(name, error.message.split('\n')[0]!);
      });
      return { result, cpuMs: treeCpuMs(pid) - before };
    };
    const peer = packages[name];
    let downloaded: readonly Uint8Array[] = [];
    const called = driver === 'lavapipe' ? `${adapter.name} (lavapipe)` : adapter.name;
    return {
      async first(): Promise<First> {
        const { result, cpuMs } = await measured(() =>
          page.evaluate(() => (globalThis as unknown as Global).page.first()),
        );
        if (errors.length) throw failed(name, errors[0]!);
        const { wallMs, logits, pipelines, gpu } = result;
        const facts = {
          version: peer ? versionOfPeer(peer) : versionIn('package.json'),
          adapter: `${called}, Chromium ${browser.version()}`,
          gpu,
          ...(pipelines !== null && { pipelines }),
        };
        downloaded = [...pages.downloaded(`/${name}`).values()];
        return { wallMs, cpuMs, logits: Float32Array.from(logits), facts };
      },
      async run() {
        const { result, cpuMs } = await measured(() =>
          page.evaluate(() => (globalThis as unknown as Global).page.run()),
        );
        return { wallMs: result, cpuMs };
      },
      downloaded: () => downloaded,
      close,
    };
  } catch (error) {
    await close();
    if (error instanceof ConvokeError) throw error;
    throw failed(name, String((error as Error).message).split('\n')[0]!);
  }
}

const failed = (name: string, why: string) => new ConvokeError('peer_failed', `${name}: ${why}`);

/** Chromium runs WebGPU on SwiftShader when it is told to, and takes a GPU where there is one. */
function launchOf(driver: Software | null): { program: string; args: string[]; env: Record<string, string> } {
  const program = findChromium();
  if (driver === 'lavapipe') return { ...lavapipeChromium(program), args: ['--enable-features=Vulkan'] };
  if (driver === 'swiftshader') return { program, args: ['--use-webgpu-adapter=swiftshader'], env: {} };
  return { program, args: ['--enable-features=Vulkan'], env: {} };
}

/** The program itself: a distribution's /usr/bin/chromium is a script that starts it. Throws ConvokeError 'peer_failed'. */
function findChromium(): string {
  const wanted = process.env.CHROMIUM_PATH;
  const places = [
    ...(wanted === undefined ? [] : [wanted]),
    '/usr/lib/chromium/chromium',
    '/usr/bin/chromium',
    join(root, 'node_modules/.cache/convoke/chromium/chromium'),
  ];
  const found = places.find(existsSync);
  if (!found) throw new ConvokeError('peer_failed', 'there is no Chromium: install it, or name it in CHROMIUM_PATH');
  return realpathSync(found);
}
