// `convoke tune`: which kernels serve the layers of models best on this adapter.

import { registry } from '../index.ts';
import { table } from '../registry/table.ts';
import type { TunedClass, TuneReport } from '../registry/tune.ts';
import { type Arguments, wrongUsage } from './arguments.ts';
import { bold, print, printJson, tell } from './output.ts';
import { showCount } from './progress.ts';

export async function tune(args: Arguments, signal: AbortSignal): Promise<number> {
  const { operands: names, batch, size, driver, precision, training = false, json = false } = args;
  if (names.length === 0) throw wrongUsage('tune wants the name of a model');
  for (const name of names) registry.info(name); // an unknown name is told before anything is measured
  const models: { readonly model: string; readonly classes: readonly TunedClass[] }[] = [];
  let quarantined: TuneReport['quarantined'] = {};
  for (const model of names) {
    const bar = await showCount(model, 'kinds of layer', json);
    try {
      const options = { batch, size, driver, precision, training, signal, onProgress: bar.update };
      const report = await registry.tune(model, options);
      models.push({ model, classes: report.classes });
      quarantined = report.quarantined;
    } finally {
      bar.stop();
    }
    if (!json) printClasses(models.at(-1)!);
  }
  for (const [kernel, reason] of Object.entries(quarantined)) tell(`${kernel} is not used on this adapter: ${reason}`);
  if (json) printJson({ models, quarantined });
  return 0;
}

function printClasses({ model, classes }: { readonly model: string; readonly classes: readonly TunedClass[] }): void {
  if (classes.length === 0) {
    print(`${bold(model)}: everything has been measured already`);
    return;
  }
  const rows = classes.flatMap(({ layer, candidates, chosen }) =>
    candidates.map(({ kernel, ms, wrong }, index) => [
      index === 0 ? layer : '',
      `${kernel === chosen ? '*' : ' '} ${kernel}`,
      ms === null ? 'wrong' : ms.toFixed(3),
      wrong ?? '',
    ]),
  );
  print(`${bold(model)}\n${table(['layer', '* chosen', 'ms', ''], rows, 'llrl')}\n`);
}
