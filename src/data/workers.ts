// What making batches needs of the platform: other threads, and a moment's rest of this one. `#workers` is Node's or
// the browser's.

/** A thread that runs the worker of this folder. */
export interface WorkerThread {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  /** Whether the process (Node) stays alive for it; at first it does not. */
  hold(holds: boolean): void;
  stop(): void;
}

/** What is heard of a thread. `fail`: it could not start, or died; nothing comes after that. */
export interface WorkerEvents {
  message(message: unknown): void;
  fail(error: Error): void;
}

export interface Workers {
  /** Starts a thread; throws or calls `fail` where the platform does not let it. */
  start(events: WorkerEvents): WorkerThread;
  /** How many threads the machine runs at a time. */
  cores(): number;
  /** Resolves after what else the thread has to do. */
  pause(): Promise<void>;
}
