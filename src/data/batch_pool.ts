// Workers that make batches: started when they are first asked for, kept for the next epoch, stopped when nobody comes.

import { workers } from '#workers';
import type { BatchData, BatchJob } from './batch_job.ts';
import { type Reply, received } from './batch_messages.ts';
import type { WorkerThread } from './workers.ts';

/** How long a worker may take to load, and how long it is kept without work. */
const START_MS = 30_000;
const IDLE_MS = 10_000;

/** A thread that makes batches, one after another. */
export interface BatchWorker {
  /** Rejects with what the batch's making threw, or where the thread died. */
  make(job: BatchJob): Promise<BatchData>;
}

interface Member extends BatchWorker {
  readonly thread: WorkerThread;
  isDead: boolean;
}

const idle: Member[] = [];
let stopping: ReturnType<typeof setTimeout> | undefined;
let cannotStart = false;

/**
 * Up to `count` workers; none where the platform does not let them start (a page's policy forbids them, or sources
 * run that no thread can load), and then it is not tried again: batches are made on this thread then, to the same
 * bits.
 */
export async function takeWorkers(count: number): Promise<BatchWorker[]> {
  clearTimeout(stopping);
  const taken = idle.splice(0, count).filter(({ isDead }) => !isDead);
  if (cannotStart || taken.length === count) return taken;
  const started = await Promise.all(Array.from({ length: count - taken.length }, startWorker));
  return [...taken, ...started.filter((worker) => worker !== null)];
}

/** Gives workers back. They go on with what they were asked for. */
export function giveWorkers(given: readonly BatchWorker[]): void {
  idle.push(...(given as Member[]));
  clearTimeout(stopping);
  stopping = setTimeout(() => {
    for (const { thread } of idle.splice(0)) thread.stop();
  }, IDLE_MS);
  if (typeof stopping === 'object') stopping.unref(); // Node need not wait for it
}

async function startWorker(): Promise<Member | null> {
  const pending = new Map<number, { resolve(data: BatchData): void; reject(error: Error): void }>();
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let member: Member | undefined;
  try {
    await new Promise<void>((ready, refuse) => {
      timer = setTimeout(() => refuse(new Error('the worker does not load')), START_MS);
      const settle = (id: number) => {
        const waiting = pending.get(id);
        pending.delete(id);
        if (pending.size === 0) member?.thread.hold(false);
        return waiting;
      };
      const thread = workers.start({
        message(message) {
          const reply = message as Reply;
          if (reply.kind === 'ready') ready();
          else if (reply.kind === 'done') settle(reply.id)?.resolve(reply.data);
          else settle(reply.id)?.reject(received(reply.error));
        },
        fail(error) {
          if (member) member.isDead = true;
          refuse(error);
          for (const id of [...pending.keys()]) settle(id)?.reject(error);
        },
      });
      member = {
        thread,
        isDead: false,
        make: (job) =>
          new Promise((resolve, reject) => {
            if (member?.isDead) return reject(new Error('the worker that makes batches has died'));
            const id = count++;
            pending.set(id, { resolve, reject });
            thread.hold(true);
            thread.post({ id, job }, []);
          }),
      };
      thread.hold(true);
    });
    member?.thread.hold(false);
    return member ?? null;
  } catch {
    member?.thread.stop();
    cannotStart = true;
    return null;
  } finally {
    clearTimeout(timer);
  }
}
