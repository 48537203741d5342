// A graph as short text, for snapshots and for reading.

import type { Graph } from './graph.ts';
import { type Attribute, formatShape, type Value } from './value.ts';

/**
 * One line a value: `%7: f32[n,64,56,56] = conv2d(%6, layer1.0.conv1.weight) stride=[1,1] padding=[1,1,1,1]`.
 * Attributes that are null or false are left out; parameters are shown by name where they are used, and by rows where split.
 */
export function print(graph: Graph): string {
  const names = new Map<Value, string>();
  const lines: string[] = [];
  for (const value of graph.values) {
    if (value.kind === 'parameter') {
      const { rows } = value.attributes;
      names.set(value, Array.isArray(rows) ? `${value.name}[${rows.join(':')}]` : value.name);
      continue;
    }
    const name = `%${lines.length}`;
    names.set(value, name);
    lines.push(`${name}: f32${formatShape(value.shape)} = ${right(value, names)}`);
  }
  for (const [key, value] of Object.entries(graph.outputs)) lines.push(`${key} = ${names.get(value)}`);
  return lines.join('\n');
}

function right(value: Value, names: ReadonlyMap<Value, string>): string {
  if (value.kind === 'input') return `input ${value.name}`;
  const positional = new Set(['x', 'w', 'a', 'b']);
  const inputs = Object.entries(value.inputs).map(([key, input]) =>
    positional.has(key) || /^\d+$/.test(key) ? names.get(input) : `${key}=${names.get(input)}`,
  );
  const attributes = Object.entries(value.attributes).flatMap(([key, attribute]) =>
    attribute === null || attribute === false ? [] : [` ${key}=${format(attribute)}`],
  );
  return `${value.operator?.name}(${inputs.join(', ')})${attributes.join('')}`;
}

function format(attribute: Attribute): string {
  return Array.isArray(attribute) ? `[${attribute.join(',')}]` : String(attribute);
}
