// convoke's own version.

import { existsSync, readFileSync } from 'node:fs';

/** From the package.json above this file, wherever the build has put it. */
export function version(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (name === 'convoke' && version) return version;
    }
    if (folder.pathname === new URL('..', folder).pathname) return 'unknown';
  }
}
