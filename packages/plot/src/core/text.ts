// Advance widths in em, rounded up over the common sans-serif faces, so that a reserved place is never too small.
const widths: readonly (readonly [em: number, characters: string])[] = [
  [0.3, "'ijlI|"],
  [0.36, ' ,./:;\\fJ-'],
  [0.42, '()[]t!r'],
  [0.53, '"*_`sz?'],
  [0.59, 'ckvxyFL'],
  [0.65, 'abdeghnopquESTYPK$0123456789{}'],
  [0.72, 'ABCRVXZU'],
  [0.8, 'DGHNOQ&w'],
  [0.87, '#+<=>^~M−×'],
  [1, '%mW@…'],
]
const emOf = new Map(widths.flatMap(([em, characters]) => [...characters].map((character) => [character, em] as const)))

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const isPlain = /^[ -~]*$/
/** Characters as people count them. Of plain text each is its own: finding that out by rules is most of what a small chart takes. */
const letters = (text: string): readonly string[] =>
  isPlain.test(text) ? Array.from(text) : Array.from(graphemes.segment(text), (part) => part.segment)

// Ideographs, kana, hangul, full-width forms and emoji are as wide as they are high.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Extended_Pictographic}/u

const emWidth = (letter: string): number => emOf.get(letter) ?? (wide.test(letter) ? 1.1 : 0.68)

/** About how wide a text is in pixels: an estimate from a table, on the safe side, since there is no DOM to ask. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let em = 0
  for (const letter of letters(text)) em += emWidth(letter)
  return em * fontSize * (bold ? 1.1 : 1)
}

/** White space of any kind, line breaks included, as single spaces. */
export const singleLine = (text: string): string => text.replace(/\s+/gu, ' ').trim()

/** Cuts a text with an ellipsis so that it fits `maxWidth` pixels; whole characters only. */
export function fitText(text: string, maxWidth: number, fontSize: number, bold = false): string {
  // A hostile name may be megabytes long: look no further than could ever fit.
  const clean = singleLine(text.slice(0, 2000))
  if (text.length <= 2000 && textWidth(clean, fontSize, bold) <= maxWidth) return clean
  let room = maxWidth / (fontSize * (bold ? 1.1 : 1)) - emWidth('…')
  let kept = ''
  for (const letter of letters(clean)) {
    room -= emWidth(letter)
    if (room < 0) break
    kept += letter
  }
  return `${kept.trimEnd()}…`
}
