const special = /[\\^$.*+?()[\]{}|/]/g

/** Whether a name matches a pattern, in which `*` stands for any text and `?` for one character. */
export function matchesGlob(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name
  const source = pattern.replaceAll(special, (sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`))
  return pattern === name || new RegExp(`^${source}$`, 'su').test(name)
}
