// A rollup and vite plugin: `import source from './x.wgsl'` gives the shader's text.

interface WgslPlugin {
  name: string;
  enforce: 'pre';
  transform(code: string, id: string): { code: string; map: { mappings: '' }; moduleSideEffects: false } | null;
}

/** Comments and spaces are dropped when `minify` is set; WGSL has no string literals, so regular expressions are safe. */
export function wgsl({ minify = false } = {}): WgslPlugin {
  return {
    name: 'wgsl',
    enforce: 'pre',
    transform(code, id) {
      if (!id.split('?')[0]?.endsWith('.wgsl')) return null;
      const text = minify ? minified(code) : code;
      return { code: `export default ${JSON.stringify(text)};`, map: { mappings: '' }, moduleSideEffects: false };
    },
  };
}

/**
 * One line, with a line break at its end, as files are joined. Spaces stay around what two of would be another word of the
 * language (`--`, `//`, and `/` before `*`), and around `<` and `>`, where those who read a kernel's bindings expect them.
 * A comma before a closing bracket goes.
 */
function minified(code: string): string {
  const text = code
    .replace(/\/\/[^\n]*/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ?([+%=!:;,(){}[\]@&|]) ?/g, '$1')
    .replace(/(?<![-*/]) ?([-*/]) ?(?![-*/])/g, '$1')
    .replace(/,(?=[})])/g, '');
  return `${text.trim()}\n`;
}
