// A rollup and vite plugin: `import bytes from './x.safetensors'` gives the file's bytes, in the module itself.
import { readFileSync } from 'node:fs';

interface WeightsPlugin {
  name: string;
  enforce: 'pre';
  load(id: string): { code: string; map: { mappings: '' }; moduleSideEffects: false } | null;
}

/** Base64 is a third larger than the file, and every bundler takes it, with no file to copy and none to fetch. */
export function weights(): WeightsPlugin {
  return {
    name: 'weights',
    enforce: 'pre',
    load(id) {
      const [path = ''] = id.split('?');
      if (!path.endsWith('.safetensors')) return null;
      const text = JSON.stringify(readFileSync(path).toString('base64'));
      const code = `export default Uint8Array.from(atob(${text}), (character) => character.charCodeAt(0));`;
      return { code, map: { mappings: '' }, moduleSideEffects: false };
    },
  };
}
