// Which parameters do not learn: `freeze`, from patterns to names.

import type { UsageError } from '../runtime/errors.ts';
import { namesParameter } from '../runtime/graph/name_pattern.ts';
import { build } from './build.ts';
import type { ModelSpec } from './plugin.ts';
import type { Prepared } from './prepare.ts';

/**
 * Names of parameters that a pattern names, or whose module it names. `features`, where there is no module of that name, is
 * everything but the layer that gives the classes. Throws what `wrong` makes for a pattern that names nothing.
 */
export function frozenNames(
  spec: ModelSpec,
  { parameters, classes, size, config }: Prepared,
  patterns: readonly string[],
  wrong: (what: string) => UsageError,
): ReadonlySet<string> {
  const names = parameters.map(({ name }) => name);
  return new Set(
    patterns.flatMap((pattern) => {
      const found = names.filter((name) => namesParameter(pattern, name));
      if (found.length > 0) return found;
      if (pattern === 'features') {
        const last = new Set(lastLayer(spec, { classes, size, config }, parameters));
        return names.filter((name) => !last.has(name));
      }
      throw wrong(`freeze names ${pattern}, and no parameter is called so`);
    }),
  );
}

/** Names of the parameters whose shapes follow the number of classes. */
function lastLayer(
  spec: ModelSpec,
  { classes, size, config }: Pick<Prepared, 'classes' | 'size' | 'config'>,
  parameters: Prepared['parameters'],
): string[] {
  const wider = build(spec, { classes: classes + 1, size, config }).parameters;
  return parameters.flatMap(({ name, shape }, i) => (`${shape}` === `${wider[i]?.shape}` ? [] : [name]));
}
