// A hub on 127.0.0.1 that misbehaves as told.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
}

export type Handler = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

export interface MockHub {
  readonly url: string;
  /** Every request so far, in order. */
  readonly seen: Seen[];
  /** What a path (without its query) is answered with; other paths give 404. `attempt` counts requests of the path from 1. */
  readonly routes: Map<string, Handler>;
  close(): Promise<void>;
}

export async function startMockHub(): Promise<MockHub> {
  const routes = new Map<string, Handler>();
  const seen: Seen[] = [];
  const attempts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    seen.push({ path, range: request.headers.range });
    const attempt = (attempts.get(path) ?? 0) + 1;
    attempts.set(path, attempt);
    const handler = routes.get(path);
    if (handler) handler(request, response, attempt);
    else response.writeHead(404).end('no such file');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    seen,
    routes,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A well-behaved static file: length, ETag, ranges. */
export function file(body: Uint8Array, etag = '"one"'): Handler {
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= body.length && from > 0) {
      response.writeHead(416, { 'Content-Range': `bytes */${body.length}` }).end();
      return;
    }
    const headers = { ETag: etag, 'Content-Length': body.length - from, 'Accept-Ranges': 'bytes' };
    if (from > 0)
      response.writeHead(206, { ...headers, 'Content-Range': `bytes ${from}-${body.length - 1}/${body.length}` });
    else response.writeHead(200, headers);
    response.end(body.subarray(from));
  };
}

/** Always the whole file, whatever range is asked for. */
export function fileWithoutRanges(body: Uint8Array): Handler {
  return (_request, response) => {
    response.writeHead(200, { 'Content-Length': body.length }).end(body);
  };
}

/** Promises the whole file, sends `bytes` of it, and cuts the connection. */
export function cutAfter(body: Uint8Array, bytes: number): Handler {
  return (_request, response) => {
    response.writeHead(200, { 'Content-Length': body.length, ETag: '"one"' });
    response.write(body.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
  };
}

/** Promises the whole file, sends `bytes` of it, and then nothing more. */
export function stallAfter(body: Uint8Array, bytes: number): Handler {
  return (_request, response) => {
    response.writeHead(200, { 'Content-Length': body.length });
    response.flushHeaders();
    if (bytes > 0) response.write(body.subarray(0, bytes));
  };
}

export function html(status = 200): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'text/html' }).end('<!DOCTYPE html><html><body>Sign in</body></html>');
  };
}

export function status(code: number, headers: Record<string, string> = {}): Handler {
  return (_request, response) => {
    response.writeHead(code, headers).end('no');
  };
}

/** The first handler answers the first request of a path, and so on; the last one answers all that follow. */
export function inTurn(...handlers: Handler[]): Handler {
  return (request, response, attempt) => handlers[Math.min(attempt, handlers.length) - 1]!(request, response, attempt);
}

/** The Git LFS pointer that Hugging Face serves as a file's raw text. */
export function lfsPointer(sha256: string, bytes: number): Handler {
  return (_request, response) => {
    const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${bytes}\n`;
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end(text);
  };
}
