// The page's end of a contender in a browser: fetches everything first, then answers when it is asked to, and times itself.

import { countOnNextDevice } from '../gpu_objects.ts';
import type { GpuBytes } from './contender.ts';

/** What the page is to do; its files lie beside it. */
export interface PageTask {
  readonly model: string;
  readonly size: number;
  readonly channels: number;
  readonly batch: number;
  readonly files: readonly string[];
}

export interface PageInput extends PageTask {
  /** As the contender wants them: channels first, or last. */
  readonly images: Float32Array<ArrayBuffer>;
  file(name: string): ArrayBuffer;
}

export interface Opened {
  answer(): Promise<Float32Array>;
  pipelines?(): number;
}

/** What a contender's own script exports. */
export interface PageContender {
  open(input: PageInput): Promise<Opened>;
}

export interface PageAnswer {
  readonly wallMs: number;
  readonly logits: readonly number[];
  readonly pipelines: number | null;
  readonly gpu: GpuBytes | null;
}

export interface Page {
  /** What the adapter calls itself, and what tells it from others that call themselves the same. */
  adapter(): Promise<{ readonly name: string; readonly f16: boolean } | null>;
  /** Fetches the contender's script and data, and `modules` that the script imports later on. */
  prepare(folder: string, modules: readonly string[]): Promise<void>;
  first(): Promise<PageAnswer>;
  run(): Promise<number>;
}

function pageOf(gpu: GPU): Page {
  const objects = countOnNextDevice(gpu);
  let contender: PageContender;
  let input: PageInput;
  let opened: Opened;
  return {
    async adapter() {
      const adapter = await gpu.requestAdapter();
      if (!adapter) return null;
      const { vendor, architecture } = adapter.info;
      return { name: `${vendor} ${architecture}`, f16: adapter.features.has('shader-f16') };
    },
    async prepare(folder, modules) {
      const get = async (name: string) => {
        const response = await fetch(`${folder}/${name}`);
        if (!response.ok) throw new Error(`${folder}/${name}: ${response.status}`);
        return response.arrayBuffer();
      };
      const task = JSON.parse(new TextDecoder().decode(await get('task.json'))) as PageTask;
      const files = new Map<string, ArrayBuffer>();
      for (const name of task.files) files.set(name, await get(name));
      contender = await import(`${folder}/main.js`);
      await Promise.all(modules.map(preload));
      input = { ...task, images: new Float32Array(files.get('images.bin')!), file: (name) => files.get(name)! };
    },
    async first() {
      const started = performance.now();
      opened = await contender.open(input);
      const logits = await opened.answer();
      const wallMs = performance.now() - started;
      return { wallMs, logits: [...logits], pipelines: opened.pipelines?.() ?? null, gpu: objects() };
    },
    async run() {
      const started = performance.now();
      await opened.answer();
      return performance.now() - started;
    },
  };
}

/** Into memory, where an import of it finds it. */
function preload(href: string): Promise<unknown> {
  return new Promise((onload, onerror) => {
    document.head.append(
      Object.assign(document.createElement('link'), { rel: 'modulepreload', href, onload, onerror }),
    );
  });
}

// The bench calls it from outside.
Object.assign(globalThis, { page: pageOf(navigator.gpu) });
