// What pages are checked for.

/** Tags that do not close what was opened last, and those that stay open. */
export function unbalanced(page: string): string[] {
  const alone = ['meta', 'img', 'br'];
  const open: string[] = [];
  const problems: string[] = [];
  for (const [tag, slash, name = '', end] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (slash) {
      if (open.pop() !== name) problems.push(tag);
    } else if (!end && !alone.includes(name)) open.push(name);
  }
  return [...problems, ...open];
}
