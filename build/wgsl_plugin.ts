// A rollup and vite plugin: `import source from './x.wgsl'` gives the shader's text.

interface WgslPlugin {
  name: string;
  enforce: 'pre';
  transform(code: string, id: string): { code: string; map: { mappings: '' }; moduleSideEffects: false } | null;
}

/** Comments and indentation are dropped when `minify` is set; WGSL has no string literals, so a regular expression is safe. */
export function wgsl({ minify = false } = {}): WgslPlugin {
  return {
    name: 'wgsl',
    enforce: 'pre',
    transform(code, id) {
      if (!id.split('?')[0]?.endsWith('.wgsl')) return null;
      const text = minify
        ? code
            .replace(/\/\*[\s\S]*?\*\//g, '')
            .replace(/\/\/[^\n]*/g, '')
            .replace(/[ \t]+$/gm, '')
            .replace(/^\s+/gm, '')
        : code;
      return { code: `export default ${JSON.stringify(text)};`, map: { mappings: '' }, moduleSideEffects: false };
    },
  };
}
