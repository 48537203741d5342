// The worker that makes batches, in Node. Started by workers.node.ts.

import { parentPort } from 'node:worker_threads';
import { answer, type Reply, type Request, transferOf } from './batch_messages.ts';

const port = parentPort!;
const send = (reply: Reply) => port.postMessage(reply, transferOf(reply));

port.on('message', async (request: Request) => send(await answer(request)));
send({ kind: 'ready' });
