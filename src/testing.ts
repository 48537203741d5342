// `convoke/testing`: what a plugin's author can run to know that convoke will get along with the plugin. Any test runner will do.

import { checks } from './registry/contract.ts';
import { checkRun } from './registry/contract_run.ts';
import type { Plugin } from './registry/plugin.ts';
import { Registry } from './registry/registry.ts';
import type { Device } from './runtime/device/device.ts';

export interface ContractOptions {
  /** The models to test; all of the plugin's by default. */
  readonly models?: readonly string[];
  /** Also run the models, at the size they were made for: on this device, or with `true` on the one that models share. */
  readonly device?: Device | true;
}

export interface ContractTest {
  readonly name: string;
  /** Rejects with an Error that says what is wrong with which model. */
  run(): Promise<void>;
}

/**
 * The tests that convoke's own models pass: `for (const { name, run } of contractTests(plugin)) it(name, run)`. None needs a
 * network, and without the option `device` none needs a GPU. A plugin that does not even fit the schema has one test, which fails.
 */
export function contractTests(plugin: Plugin, options: ContractOptions = {}): readonly ContractTest[] {
  const schema: ContractTest = {
    name: 'the plugin fits the schema and can be registered',
    run: async () => void new Registry([plugin]),
  };
  let registry: Registry;
  try {
    registry = new Registry([plugin]);
  } catch {
    return [schema];
  }
  const device = options.device === true ? undefined : options.device;
  const names = options.models ?? registry.list();
  const tests = names.flatMap((model): ContractTest[] => {
    registry.info(model); // throws for a name that the plugin does not have
    const spec = plugin.models[model]!;
    const defined = checks.map(({ name, run }) => ({ name: `${model} ${name}`, run: async () => run(model, spec) }));
    const running = {
      name: `${model} gives finite numbers, the same every time and in any batch`,
      run: () => checkRun(registry, model, spec, device),
    };
    return options.device ? [...defined, running] : defined;
  });
  return [schema, ...tests];
}
