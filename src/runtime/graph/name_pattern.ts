// Parameters named by a pattern: a name, or the module above, `*` standing for anything.

/** Whether `pattern` is the parameter's name, or the path of a module that it is in. */
export function namesParameter(pattern: string, parameter: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}(\\..*)?$`).test(parameter);
}
