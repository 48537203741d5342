// Where a path of a list leads to.

/**
 * A path below a folder, unless it is absolute or an address already. `base` is empty or ends with a slash, or gets
 * one.
 */
export function fileAddress(base: string, path: string): string {
  if (base === '' || /^([a-z]+:\/\/|[a-z]:[\\/]|[\\/])/i.test(path)) return path;
  return `${base.replace(/[/\\]?$/, '/')}${path}`;
}
