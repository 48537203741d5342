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

/**
 * One run of each contender after the other, `rounds` times. Who has used up `limitMs` of wall time gets no more turns, but has
 * had one. Throws what a run throws, and ConvokeError 'too_slow' for a run that takes longer than that alone.
 */
export async function takeTurns(
  contenders: ReadonlyMap<Name, Pick<Contender, 'run'>>,
  rounds: number,
  limitMs: number,
): Promise<ReadonlyMap<Name, readonly Sample[]>> {
  const samples = new Map<Name, Sample[]>([...contenders.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, { run }] of contenders) {
      const taken = samples.get(name)!;
      if (taken.reduce((sum, { wallMs }) => sum + wallMs, 0) >= limitMs) continue;
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      taken.push(await within(limitMs, run(), `${name}: a run`));
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
