import { styleText } from 'node:util'

/** Colours and weights that are used. */
export type StyleName = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold'

/** Gives a text a style, or leaves it as it is. */
export type Stylize = (name: StyleName, text: string) => string

/** The styles of a stream that takes colours, or not. */
export function stylize(color: boolean): Stylize {
  return color ? (name, text) => styleText(name, text, { validateStream: false }) : (_, text) => text
}
