// Which candidate serves a class of calls on one adapter, where that has been measured, and which are not to be trusted there.

import type { Call } from '../../wgsl/op.ts';
import { formatShape } from '../graph/value.ts';
import type { Choose } from './choose_kernels.ts';

/** What is kept of an adapter: plain data. */
export interface Tuning {
  /** Class of calls -> the candidate that was fastest. */
  readonly winners: Readonly<Record<string, string>>;
  /** Candidate -> what was wrong with its result, and where. */
  readonly quarantined: Readonly<Record<string, string>>;
}

/**
 * Calls that a kernel cannot tell apart, whatever the batch size: `conv2d(x=[n,64,56,56], w=[64,64,3,3]) padding=1,1,1,1`. A star
 * marks weights that change from run to run and so are prepared in each; `f16` stands before what is stored so.
 */
export function callClass({ value, inputs, attributes, changing, half }: Call): string {
  const parts = Object.entries(inputs).map(
    ([key, { shape }]) => `${key}=${formatShape(shape)}${shape[0] !== 'n' && changing?.has(key) ? '*' : ''}`,
  );
  const given = Object.entries(attributes).flatMap(([key, is]) => (is === null ? [] : [` ${key}=${is}`]));
  return `${half ? 'f16 ' : ''}${value.operator?.name}(${parts.join(', ')})${given.join('')}`;
}

export class Choices {
  #winners = new Map<string, string>();
  #quarantined = new Map<string, string>();

  /** The measured winner; else the best ranked candidate, but none that was ever caught at a wrong result. */
  readonly choose: Choose = (_, call, able) => {
    const winner = this.#winners.get(callClass(call));
    if (winner !== undefined && able.includes(winner)) return winner;
    return able.some((name) => this.#quarantined.has(name))
      ? able.find((name) => !this.#quarantined.has(name))
      : undefined;
  };

  /** By candidate, what was wrong with it. */
  get quarantined(): ReadonlyMap<string, string> {
    return this.#quarantined;
  }

  /** Names of all winners: their kernels must be loaded before they can be chosen. */
  get kernels(): ReadonlySet<string> {
    return new Set(this.#winners.values());
  }

  /** Whether this class of calls has been measured. */
  knows(calls: string): boolean {
    return this.#winners.has(calls);
  }

  win(calls: string, candidate: string): void {
    this.#winners.set(calls, candidate);
  }

  /** Never to be chosen again here, by what was measured or by rank. */
  quarantine(candidate: string, reason: string): void {
    this.#quarantined.set(candidate, reason);
    for (const [calls, winner] of this.#winners) if (winner === candidate) this.#winners.delete(calls);
  }

  /** What one adapter is known for, added to what is known already. */
  add({ winners, quarantined }: Tuning): void {
    for (const [calls, winner] of Object.entries(winners)) this.#winners.set(calls, winner);
    for (const [candidate, reason] of Object.entries(quarantined)) this.quarantine(candidate, reason);
  }

  toJSON(): Tuning {
    return { winners: Object.fromEntries(this.#winners), quarantined: Object.fromEntries(this.#quarantined) };
  }
}
