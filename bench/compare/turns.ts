// Contenders in turn, A B A B, each within its time; and the first answers, which must agree.

import { ConvokeError } from '../../src/runtime/errors.ts';
import { REST_MS, type Sample } from '../measure.ts';
import type { Contender, Name } from './contender.ts';

/** Throws ConvokeError 'too_slow' after `limitMs`; the work itself goes on until its process is ended. */
export async function within<T>(limitMs: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    const message = `${what} took longer than ${limitMs / 1000} s`;
    timer = setTimeout(() => reject(new ConvokeError('too_slow', message)), limitMs);
  });
  try {
    return await Promise.race([work, tooSlow]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a peer may be left out for this; whatever else goes wrong ends the bench. */
export const excusable = (error: unknown): error is ConvokeError =>
  error instanceof ConvokeError && ['peer_failed', 'too_slow'].includes(error.code);

/**
 * One run of each contender after the other, `rounds` times. Who has used up `limitMs` of wall time gets no more turns, but has
 * had one; one run may not take longer than that alone. A peer that fails is reported and gets no more turns either.
 */
export async function takeTurns(
  contenders: ReadonlyMap<Name, Pick<Contender, 'run'>>,
  rounds: number,
  limitMs: number,
  leaveOut: (name: Name, why: ConvokeError) => void,
): Promise<ReadonlyMap<Name, readonly Sample[]>> {
  const samples = new Map<Name, Sample[]>([...contenders.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, { run }] of contenders) {
      const taken = samples.get(name);
      if (!taken || taken.reduce((sum, { wallMs }) => sum + wallMs, 0) >= limitMs) continue;
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      try {
        taken.push(await within(limitMs, run(), `${name}: a run`));
      } catch (error) {
        if (name === 'convoke' || !excusable(error)) throw error;
        samples.delete(name);
        leaveOut(name, error);
      }
    }
  return samples;
}

/** Times of networks that disagree compare nothing. Throws ConvokeError 'wrong_result'. */
export function checkAgreement(name: Name, theirs: Float32Array, ours: Float32Array): void {
  const largest = ours.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  const apart = ours.reduce((most, logit, i) => Math.max(most, Math.abs(logit - theirs[i]!)), 0);
  // Written so that NaN fails too.
  if (ours.length === theirs.length && largest > 0 && apart <= 1e-4 * largest) return;
  const counts = ours.length === theirs.length ? '' : ` (${theirs.length} of them, not ${ours.length})`;
  throw new ConvokeError(
    'wrong_result',
    `${name}: its logits differ from convoke's by ${apart}, the largest being ${largest}${counts}`,
  );
}
