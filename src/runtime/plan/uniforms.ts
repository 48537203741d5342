// The uniforms of one dispatch, in the words of the buffer that holds those of all.

import type { UniformField } from '../../wgsl/kernel.ts';
import type { AdapterFacts } from './facts.ts';
import { align } from './memory.ts';
import type { Step } from './program.ts';

/** Appends to `words` and gives where it lies, in bytes. Throws TypeError for fields without a value, or with one they cannot hold. */
export function packUniforms(step: Step, batch: number, facts: AdapterFacts, words: number[]): number {
  const { kernel, layer } = step;
  const values = step.uniforms(batch);
  const start = words.length;
  const bytes = align(4 * kernel.uniforms.length, Math.max(16, facts.limits.minUniformBufferOffsetAlignment));
  const block = new DataView(new ArrayBuffer(bytes));
  for (const [index, { name, type }] of kernel.uniforms.entries()) {
    const value = values[name];
    if (value === undefined) throw new TypeError(`${kernel.name}(${layer}) has no value for uniform ${name}`);
    if (!holds(type, value)) throw new TypeError(`${kernel.name}(${layer}): uniform ${name} is ${value}, not ${type}`);
    if (type === 'f32') block.setFloat32(4 * index, value, true);
    else if (type === 'i32') block.setInt32(4 * index, value, true);
    else block.setUint32(4 * index, value, true);
  }
  const extra = Object.keys(values).find((name) => !kernel.uniforms.some((field) => field.name === name));
  if (extra) throw new TypeError(`${kernel.name}(${layer}) has no uniform ${extra}`);
  for (let at = 0; at < bytes; at += 4) words.push(block.getUint32(at, true));
  return 4 * start;
}

/** Whether a field of this type can hold the number; setUint32 would wrap it without a word. */
function holds(type: UniformField['type'], value: number): boolean {
  if (type === 'f32') return !Number.isNaN(value);
  return value === (type === 'i32' ? value | 0 : value >>> 0);
}
