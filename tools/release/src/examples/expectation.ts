import { format, inspect } from 'node:util'

/*
 * What the comment `// -> text` means. Instrumented examples call these functions; `where` is the place of the comment.
 */

/** `value // -> text`: the value, as `String` or Node's inspect writes it, is the text. */
export function expectShown(value: unknown, text: string, where: string): void {
  const shown = inspect(value, { depth: 8, breakLength: Infinity, maxArrayLength: 1000 })
  const plain = typeof value === 'object' && value !== null && !hasOwnText(value) ? shown : String(value)
  if (!matches(shown, text) && !matches(plain, text)) fail(plain, text, where)
}

/** `console.log(values) // -> text`: the log line is the text. */
export function expectLogged(values: readonly unknown[], text: string, where: string): void {
  const line = format(...values)
  if (!matches(line, text)) fail(line, text, where)
}

/** `call // -> throws text`: the call throws, and the text is the error's message, with or without its name before it. */
export async function expectThrown(call: () => unknown, text: string, where: string): Promise<void> {
  let value: unknown
  try {
    value = await call()
  } catch (error) {
    if (!(error instanceof Error)) return fail(String(error), text, where)
    if (!matches(error.message, text) && !matches(`${error.name}: ${error.message}`, text))
      fail(String(error), text, where)
    return
  }
  fail(inspect(value), `throws ${text}`, where)
}

/** Spaces count only where they part words; `...` in the text stands for anything. */
function matches(shown: string, text: string): boolean {
  const pattern = tidy(text)
    .split(/\.\.\.|…/)
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
    .join('.*')
  return new RegExp(`^${pattern}$`, 's').test(tidy(shown))
}

function tidy(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<=[[({]) | (?=[\])}])/g, '')
    .trim()
}

function hasOwnText(value: object): boolean {
  const text: unknown = Reflect.get(value, 'toString')
  return text !== Object.prototype.toString && !Array.isArray(value)
}

function fail(shown: string, text: string, where: string): never {
  throw new Error(`${where}: shows ${shown}\nexpected ${text}`)
}
