// Buffers that results are read through, or inputs written: runs take them in turn, so that the next one computes while the last one
// is read.

/** Mappable buffers, one an output, by name. */
export type Readback = Readonly<Record<string, GPUBuffer>>;

export class Readbacks {
  readonly #make: () => Readback;
  readonly #most: number;
  readonly #made = new Set<Readback>();
  readonly #free: Readback[] = [];

  /** Makes the first at once, as a plan counts it, and others, up to `most` in all, when runs overlap. */
  constructor(most: number, make: () => Readback) {
    this.#most = most;
    this.#make = make;
    this.#free.push(this.#add());
  }

  /** Whether `take` has one to give. */
  get available(): boolean {
    return this.#free.length > 0 || this.#made.size < this.#most;
  }

  take(): Readback {
    return this.#free.pop() ?? this.#add();
  }

  /** `whole` is false where reading failed: what state its buffers are in nobody knows, so they are not used again. */
  give(readback: Readback, whole: boolean): void {
    if (whole) this.#free.push(readback);
    else {
      this.#made.delete(readback);
      destroy(readback);
    }
  }

  dispose(): void {
    for (const readback of this.#made) destroy(readback);
  }

  #add(): Readback {
    const made = this.#make();
    this.#made.add(made);
    return made;
  }
}

function destroy(readback: Readback): void {
  for (const buffer of Object.values(readback)) buffer.destroy();
}
