// What a worker that makes batches is told and tells.

import { ConvokeError, DataError, ImageError, UsageError } from '../runtime/errors.ts';
import { type BatchData, type BatchJob, makeBatch } from './batch_job.ts';

export interface Request {
  readonly id: number;
  readonly job: BatchJob;
}

/**
 * `ready` comes once, when the worker has loaded. Errors cross as their parts: a thread's own classes are not
 * another's.
 */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly data: BatchData }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SentError };

interface SentError {
  readonly name: string;
  readonly code: string | null;
  readonly message: string;
}

/** Answers one request, in the worker. */
export async function answer({ id, job }: Request): Promise<Reply> {
  try {
    return { kind: 'done', id, data: await makeBatch(job) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { kind: 'failed', id, error: { name, message, code: error instanceof ConvokeError ? error.code : null } };
  }
}

/** Memory that goes over with a reply and need not be copied. */
export function transferOf(reply: Reply): ArrayBuffer[] {
  return reply.kind === 'done' ? [reply.data.images.buffer, reply.data.targets.buffer] : [];
}

const classes = { DataError, ImageError, UsageError };

/** The error that the worker met, as if this thread had met it. */
export function received({ name, code, message }: SentError): Error {
  const Class = Object.hasOwn(classes, name) ? classes[name as keyof typeof classes] : null;
  // The worker's code is one of its class's.
  if (Class && code !== null) return new (Class as new (code: string, message: string) => Error)(code, message);
  return new Error(message);
}
