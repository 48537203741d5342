// What a model runs on, kept in order: loaded again where its device is lost, renewed where training has learnt, gone where it is disposed of.

import type { Executor } from '../runtime/device/executor.ts';
import { DeviceError, UsageError } from '../runtime/errors.ts';
import type { StateDict } from '../weights/tensors.ts';
import type { OpenedModel } from './model.ts';

export class Upkeep {
  readonly #name: string;
  #opened: OpenedModel;
  readonly #load: () => Promise<OpenedModel>;
  #reopen: () => Promise<OpenedModel>;
  /** Fetches weights that training has made, if those here are older. */
  #newer: (() => Promise<StateDict>) | null = null;
  #adopting: Promise<void> = Promise.resolve();
  #healing: Promise<void> | null = null;
  #disposed = false;

  constructor(name: string, opened: OpenedModel, load: () => Promise<OpenedModel>) {
    this.#name = name;
    this.#opened = opened;
    this.#load = load;
    this.#reopen = load;
  }

  get opened(): OpenedModel {
    return this.#opened;
  }

  /** Throws UsageError 'disposed' where nothing can run any more. */
  check(): void {
    if (this.#disposed) throw new UsageError('disposed', `${this.#name} was disposed of`);
    if (this.#opened.device.destroyed) throw new UsageError('disposed', `${this.#name}: its device was destroyed`);
  }

  /** The weights here are older than those that `newer` fetches. */
  stale(newer: () => Promise<StateDict>): void {
    this.#newer = newer;
  }

  /** Runs `work`, and if the device is lost meanwhile, once more on a new one. What `work` wants of the executor it asks for at once. */
  async run<T>(work: (executor: Executor) => Promise<T>): Promise<T> {
    this.check();
    await this.catchUp();
    const { executor } = this.#opened;
    try {
      return await work(executor);
    } catch (error) {
      this.check();
      if (!(error instanceof DeviceError && error.code === 'device_lost')) throw error;
      await this.#heal(executor);
      this.check();
      return work(this.#opened.executor);
    }
  }

  /** Takes over the weights that training has made since, if it has. What fails is tried again at the next call. */
  async catchUp(): Promise<void> {
    const newer = this.#newer;
    this.#newer = null;
    if (newer)
      this.#adopting = this.#adopting
        .catch(() => {}) // whoever waited for it was told
        .then(() => this.#adopt(newer))
        .catch((error: unknown) => {
          this.#newer ??= newer;
          throw error;
        });
    await this.#adopting;
  }

  dispose(): void {
    this.#disposed = true;
    this.#opened.executor.dispose();
  }

  async #adopt(newer: () => Promise<StateDict>): Promise<void> {
    const { renew } = await import('./train.ts');
    const { executor } = this.#opened;
    const { opened, reopen } = await renew(this.#name, this.#opened, newer, this.#load);
    this.#opened = opened;
    this.#reopen = reopen;
    if (this.#disposed) opened.executor.dispose();
    executor.retire();
  }

  /** Loads everything again on a new device, once for all the calls that the loss interrupted. */
  #heal(broken: Executor): Promise<void> {
    if (this.#opened.executor !== broken) return Promise.resolve();
    this.#healing ??= this.#reopen()
      .then((opened) => {
        broken.dispose();
        this.#opened = opened;
        if (this.#disposed) opened.executor.dispose();
      })
      .finally(() => {
        this.#healing = null;
      });
    return this.#healing;
  }
}
