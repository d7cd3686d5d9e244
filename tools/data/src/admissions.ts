import { bell, splitMix32 } from './random.ts'

const students = 100
const seed = 20

/** Marks are counted in hundredths, so that every step is exact integer arithmetic. */
const lowest = 30_00
const highest = 100_00

/**
 * The example data set: two exam marks from 30 to 100 and whether the student was admitted, as CSV text.
 *
 * Both marks share the student's ability, so they correlate. Who is admitted follows the sum of the marks and some luck,
 * so no boundary separates the classes: a logistic model is right for about nine of ten students.
 */
export function admissionsCsv(): string {
  const random = splitMix32(seed)
  const rows: string[] = []
  while (rows.length < students) {
    const ability = 65_00 + bell(random, 6_00)
    const exam1 = ability + bell(random, 5_00)
    const exam2 = ability + bell(random, 5_00)
    if (Math.min(exam1, exam2) < lowest || Math.max(exam1, exam2) > highest) continue
    const admitted = exam1 + exam2 + bell(random, 6_00) > 128_00
    rows.push(`${hundredths(exam1)},${hundredths(exam2)},${admitted ? 1 : 0}`)
  }
  return `exam1,exam2,admitted\n${rows.join('\n')}\n`
}

/** `7405` is `74.05`. */
function hundredths(value: number): string {
  const cents = value % 100
  return `${(value - cents) / 100}.${String(cents).padStart(2, '0')}`
}
