// Files, environment and hash as browsers and their workers have them.

import { UsageError, WeightsError } from '../runtime/errors.ts';
import type { Platform } from './platform.ts';
import { sha256 } from './sha256.ts';
import { openOriginStore } from './store.browser.ts';

export const files: Platform = {
  environment: () => undefined,

  locate(address) {
    const page = globalThis.location.href;
    const url = URL.canParse(address, page) ? new URL(address, page) : null;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
    throw new UsageError('invalid_argument', `${address}: expected an http: or https: address, or one of this site`);
  },

  openFile: async (url) => {
    throw new WeightsError('missing_file', `${url}: a browser opens no files by address; pass a Blob or File`);
  },

  writeFile: async (path) => {
    throw new WeightsError('missing_file', `${path}: a browser writes no files by path; offer the bytes as a download`);
  },

  openStore: openOriginStore,

  hasher: sha256,
};
