// What WGSL allows in a kernel's text and src/wgsl/kernel.ts does not read: no kernel may have it.

import type { Kernel } from '../../src/wgsl/kernel.ts';

// WGSL lays a struct within a uniform struct at a multiple of 16 bytes, and what follows it as well.
const STRUCT_FIELDS = 4;

export function kernelFaults({ name, code, bindings, uniforms }: Kernel): string[] {
  return [
    ...blockComments(code),
    ...unread(code, bindings.length),
    ...collisions(bindings),
    ...misplaced(uniforms),
  ].map((fault) => `${name}.wgsl: ${fault}`);
}

/** They nest in WGSL, and what is read of a kernel would be read of them too. */
function blockComments(code: string): string[] {
  return code.includes('/*') ? ['a block comment'] : [];
}

/** Whatever is written in another order, or on several groups, would be left unbound. */
function unread(code: string, read: number): string[] {
  const declared = [...code.replaceAll(/\/\/[^\n]*/g, '').matchAll(/@binding\b/g)].length;
  return declared === read
    ? []
    : [`${declared} bindings, of which ${read} read '@group(0) @binding(I) var<...> name: type'`];
}

function collisions(bindings: Kernel['bindings']): string[] {
  return bindings.flatMap(({ index, name }, at) => {
    const other = bindings.slice(0, at).find((binding) => binding.index === index || binding.name === name);
    return other ? [`bindings ${other.name} (${other.index}) and ${name} (${index}) of the joined files collide`] : [];
  });
}

/** Fields of a struct within Params, which lie behind each other, begin and end at a multiple. */
function misplaced(uniforms: Kernel['uniforms']): string[] {
  const structOf = (at: number) => /^(.*)\./.exec(uniforms[at]?.name ?? '')?.[1];
  return uniforms.flatMap((_, at) => {
    const struct = structOf(at);
    if (struct === undefined || structOf(at - 1) === struct) return [];
    const fields = uniforms.filter((_, other) => structOf(other) === struct).length;
    if (at % STRUCT_FIELDS === 0 && fields % STRUCT_FIELDS === 0) return [];
    return [`Params.${struct} is a struct of ${fields} fields behind ${at}, not multiples of ${STRUCT_FIELDS}`];
  });
}
