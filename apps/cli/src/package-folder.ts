/** The folder of this package, one up from this file in `src` and from every file in `dist`. */
export const packageFolder: URL = new URL('..', import.meta.url)
