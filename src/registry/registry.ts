// The registry: which models there are. A Map; a duplicate name throws, an unknown one names its nearest neighbours.

import { UsageError } from '../runtime/errors.ts';
import type { WeightsEntry } from '../weights/manifest.ts';
import { defaults } from './build.ts';
import type { LoadOptions } from './load.ts';
import type { Model } from './model.ts';
import { nearest } from './nearest.ts';
import { type Config, checkPlugin, type InputSpec, type ModelSpec, type Plugin } from './plugin.ts';
import { type Description, describe } from './summary.ts';
import type { TuneOptions, TuneReport } from './tune.ts';

/** What is known of a model before it is loaded. */
export interface ModelInfo {
  readonly name: string;
  readonly family: string;
  readonly paper: string;
  readonly input: InputSpec;
  readonly classes: number;
  /** What `load(name, { config })` may change, with the defaults. */
  readonly config: Config;
  readonly weights: readonly WeightsEntry[];
}

export class Registry {
  readonly #models = new Map<string, { plugin: Plugin; spec: ModelSpec }>();

  constructor(plugins: readonly Plugin[] = []) {
    for (const plugin of plugins) this.register(plugin);
  }

  /** Adds a family. Throws UsageError 'invalid_plugin' or 'duplicate_model'; then nothing of it was added. */
  register(plugin: Plugin): void {
    checkPlugin(plugin);
    for (const name of Object.keys(plugin.models)) {
      const taken = this.#models.get(name);
      if (taken)
        throw new UsageError(
          'duplicate_model',
          `model ${name} of plugin ${plugin.family} is already registered by ${taken.plugin.family}`,
        );
    }
    for (const [name, spec] of Object.entries(plugin.models)) this.#models.set(name, { plugin, spec });
  }

  /** Names, in the order of registration; `*` in the pattern stands for anything. */
  list(pattern = '*'): readonly string[] {
    const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    const matches = new RegExp(`^${parts.join('.*')}$`);
    return [...this.#models.keys()].filter((name) => matches.test(name));
  }

  /** Throws UsageError 'unknown_model' with the nearest names. */
  info(name: string): ModelInfo {
    const { plugin, spec } = this.#find(name);
    const { input, classes, weights } = spec;
    return { name, family: plugin.family, paper: plugin.paper, input, classes, config: defaults(spec).config, weights };
  }

  /** Layers, parameters, multiply-adds and bytes of a model that is not loaded: no GPU, no weights. Throws like `info`. */
  describe(name: string, { precision = 'f32' }: Pick<LoadOptions, 'precision'> = {}): Description {
    return describe(name, this.#find(name).spec, precision);
  }

  /**
   * Builds, compiles and fills a model. Everything that has nothing to wait for runs at the same time: pipelines compile
   * while weights download. Throws UsageError, GraphError, DeviceError, PlanError, WeightsError, HubError, or the
   * signal's reason; nothing is left behind then but a resumable download.
   */
  async load(name: string, options: LoadOptions = {}): Promise<Model> {
    const { spec } = this.#find(name);
    // A page that only says which models there are loads no runtime.
    const { loadModel } = await import('./load.ts');
    return loadModel(name, spec, options);
  }

  /**
   * Measures on this adapter which kernels serve the model's layers best, and remembers it in the cache for all models that have
   * such layers. What does not give the right numbers is never used there again. Throws UsageError, DeviceError, HubError
   * `cache_unwritable`, or the signal's reason.
   */
  async tune(name: string, options: TuneOptions = {}): Promise<TuneReport> {
    const { spec } = this.#find(name);
    const { tuneModel } = await import('./tune.ts');
    return tuneModel(name, spec, options);
  }

  #find(name: string): { plugin: Plugin; spec: ModelSpec } {
    const found = this.#models.get(name);
    if (found) return found;
    const close = nearest(name, [...this.#models.keys()]);
    const hint = close.length > 0 ? `; did you mean ${close.join(', ')}?` : '';
    throw new UsageError('unknown_model', `there is no model '${name}'${hint}`);
  }
}
