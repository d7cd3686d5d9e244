const lineBreak = /\r\n|\n|\r/g

/** Takes physical lines off the beginning of text that comes in pieces. */
export class LeadingLines {
  #left: number
  #afterCr = false

  constructor(count: number) {
    this.#left = count
  }

  /** What is left of the next piece. */
  skip(text: string): string {
    if (text === '') return text
    // A CRLF may be cut in two.
    lineBreak.lastIndex = this.#afterCr && text.startsWith('\n') ? 1 : 0
    this.#afterCr = false
    let start = lineBreak.lastIndex
    for (; this.#left > 0; this.#left--) {
      const found = lineBreak.exec(text)
      if (!found) return ''
      start = lineBreak.lastIndex
      this.#afterCr = found[0] === '\r' && start === text.length
    }
    return text.slice(start)
  }
}
