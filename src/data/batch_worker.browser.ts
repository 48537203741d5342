// The worker that makes batches, in browsers. Started by workers.browser.ts.

import { answer, type Reply, type Request, transferOf } from './batch_messages.ts';

const send = (reply: Reply) => globalThis.postMessage(reply, { transfer: transferOf(reply) });

globalThis.onmessage = async ({ data }: MessageEvent<Request>) => send(await answer(data));
send({ kind: 'ready' });
