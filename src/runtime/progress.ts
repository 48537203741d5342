// What a long call tells its caller while it works.

/** A step of `registry.load`; those of `compile` and `upload` come in between each other. `done` and `total` count `unit`s of this phase; `total` is absent while it is not known. */
export interface Progress {
  readonly phase: 'download' | 'verify' | 'tune' | 'compile' | 'upload' | 'warmup';
  readonly unit: 'bytes' | 'classes' | 'pipelines' | 'tensors' | 'runs';
  readonly done: number;
  readonly total?: number;
  /** The file, when there is one. */
  readonly file?: string;
}

export type OnProgress = (progress: Progress) => void;
