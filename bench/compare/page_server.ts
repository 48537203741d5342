// A server for pages of this process alone, which knows what each page has downloaded of its program.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants } from 'node:zlib';

export interface PageServer {
  readonly url: string;
  /** The program's files under this folder that were asked for so far, by path. */
  downloaded(folder: string): ReadonlyMap<string, Uint8Array>;
  close(): void;
}

/** Paths such as `/tfjs-web/main.js` to what lies there; scripts and WebAssembly are program, all else is data. */
export async function servePages(files: ReadonlyMap<string, Uint8Array>): Promise<PageServer> {
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    const body = files.get(path);
    asked.add(path);
    response.writeHead(body ? 200 : 404, {
      'content-type': typeOf(path),
      'cache-control': 'no-store',
      // Cross-origin isolation gives the finer clock, and shared memory to the one that wants it.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const program = (folder: string) => (path: string) =>
    path.startsWith(`${folder}/`) && /\.(js|wasm)$/.test(path) && files.has(path);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    downloaded: (folder) => new Map([...asked].filter(program(folder)).map((path) => [path, files.get(path)!])),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** As servers send what they compress once. The best quality takes a minute for the largest, and saves a few percent of it. */
export function brotliBytes(bodies: readonly Uint8Array[]): number {
  const compressed = (body: Uint8Array) => {
    const quality = body.length > 2e6 ? 9 : constants.BROTLI_MAX_QUALITY;
    return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  };
  return bodies.reduce((sum, body) => sum + compressed(body).length, 0);
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  html: 'text/html; charset=utf-8',
  json: 'application/json',
  wasm: 'application/wasm',
};

const typeOf = (path: string) => types[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
