// Whose turn it is: work starts in the order it was asked for, one at a time, and what has started may end while the next starts.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  /** What has started and not ended; none of it rejects. */
  readonly #ending = new Set<Promise<void>>();

  /** Calls `start` when everything asked for before has started. What the promise gives is not kept. */
  next<T>(start: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(start);
    this.#last = mine.then(
      () => {},
      () => {},
    );
    return mine;
  }

  /** To be called while it is one's turn: the next may start before `end` settles. */
  overlap(end: Promise<unknown>): void {
    const ended = end.then(
      () => {},
      () => {},
    );
    this.#ending.add(ended);
    void ended.then(() => this.#ending.delete(ended));
  }

  /** One of those that overlap ends. */
  async anyEnds(): Promise<void> {
    await Promise.race(this.#ending);
  }

  /** All that has started has ended. */
  async allEnd(): Promise<void> {
    while (this.#ending.size > 0) await Promise.race(this.#ending);
  }
}
