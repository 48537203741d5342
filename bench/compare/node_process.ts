// A contender in a Node process of its own: both ends of the channel to it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ConvokeError } from '../../src/runtime/errors.ts';
import { type Sample, timed } from '../measure.ts';
import { noise, openNetwork } from '../network.ts';
import type { Contender, First, LoadedTask, Task } from './contender.ts';
import { type Answer, type NodeName, prepare } from './node_contenders.ts';

/** The first argument of a process that is a contender; the second says which, and what it is to do. */
export const CONTENDER = 'contender';

type Request = 'prepare' | 'first' | 'run';
type Reply = { readonly done: unknown } | { readonly failed: string };

/** Starts a contender in `program`, which calls `serveContender`. It is ready when this resolves. Throws ConvokeError 'peer_failed'. */
export async function startNode(program: string, name: NodeName, task: Task): Promise<Contender> {
  const child = fork(program, [CONTENDER, JSON.stringify({ name, task })], {
    serialization: 'advanced',
    // What a peer has to say is not the bench's result.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const ask = <T>(request: Request) => exchange<T>(child, name, request);
  await ask('prepare');
  return {
    first: () => ask<First>('first'),
    run: () => ask<Sample>('run'),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function exchange<T>(child: ChildProcess, name: NodeName, request: Request): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (work: () => void) => {
      child.off('message', onReply);
      child.off('exit', onExit);
      work();
    };
    const fail = (why: string) => end(() => reject(new ConvokeError('peer_failed', `${name}: ${why}`)));
    const onReply = (reply: Reply) => ('failed' in reply ? fail(reply.failed) : end(() => resolve(reply.done as T)));
    const onExit = (code: number | null, signal: string | null) => fail(`its process ended with ${signal ?? code}`);
    child.on('message', onReply);
    child.on('exit', onExit);
    child.send(request);
  });
}

/** What such a process does, until it is killed or the bench is gone. */
export function serveContender(given: string): void {
  const { name, task } = JSON.parse(given) as { name: NodeName; task: Task };
  const contender = contenderOf(name, task);
  process.on('disconnect', () => process.exit());
  process.on('message', async (request: Request) => {
    let reply: Reply;
    try {
      reply = { done: await contender[request]() };
    } catch (error) {
      // A programming error shows its stack; what a person can act on is one line.
      reply = { failed: error instanceof ConvokeError ? error.message : String((error as Error)?.stack ?? error) };
    }
    process.send?.(reply);
  });
}

function contenderOf(name: NodeName, task: Task): Record<Request, () => Promise<unknown>> {
  let prepared: Awaited<ReturnType<(typeof prepare)[NodeName]>>;
  let answer: Answer;
  return {
    async prepare() {
      prepared = await prepare[name](await load(task));
    },
    async first(): Promise<First> {
      const { result, wallMs, cpuMs } = await timed(async () => {
        answer = await prepared.open();
        return answer();
      });
      return { wallMs, cpuMs, logits: result, facts: prepared.facts() };
    },
    async run(): Promise<Sample> {
      const { wallMs, cpuMs } = await timed(answer);
      return { wallMs, cpuMs };
    },
  };
}

/** The network and its batch: the same in every process. */
export async function load(task: Task): Promise<LoadedTask> {
  const { model, size, batch, hub } = task;
  const network = await openNetwork(model, { size, ...(hub !== undefined && { hub }) });
  return { ...task, network, images: await noise(network, batch).data() };
}
