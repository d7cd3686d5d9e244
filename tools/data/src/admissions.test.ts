import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { admissionsCsv } from './admissions.ts'

const [header, ...rows] = admissionsCsv().trimEnd().split('\n')
const cells = rows.map((row) => row.split(',').map(Number) as [number, number, number])
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const covariance = (a: number[], b: number[]): number => mean(a.map((x, i) => (x - mean(a)) * (b[i]! - mean(b))))

test('admissionsCsv() is the committed examples/data/admissions.csv, byte for byte', () => {
  const committed = readFileSync(new URL('../../../examples/data/admissions.csv', import.meta.url), 'utf8')
  expect(admissionsCsv()).toBe(committed)
})

test('admissionsCsv() gives 100 students with marks from 30 to 100 in two decimals', () => {
  expect(header).toBe('exam1,exam2,admitted')
  expect(rows).toHaveLength(100)
  for (const row of rows) expect(row).toMatch(/^\d{2,3}\.\d\d,\d{2,3}\.\d\d,[01]$/)
  for (const mark of cells.flatMap(([exam1, exam2]) => [exam1, exam2])) {
    expect(mark).toBeGreaterThanOrEqual(30)
    expect(mark).toBeLessThanOrEqual(100)
  }
})

test('admissionsCsv() gives marks that correlate and classes that balance', () => {
  const [exam1, exam2, admitted] = [0, 1, 2].map((column) => cells.map((row) => row[column]!)) as [
    number[],
    number[],
    number[],
  ]
  const correlation = covariance(exam1, exam2) / Math.sqrt(covariance(exam1, exam1) * covariance(exam2, exam2))
  expect(correlation).toBeGreaterThan(0.4)
  expect(correlation).toBeLessThan(0.8)
  expect(mean(admitted)).toBeGreaterThan(0.4)
  expect(mean(admitted)).toBeLessThan(0.6)
})

test('admissionsCsv() gives classes that overlap: a logistic model is right for 85 to 92 of 100 students', () => {
  const inputs = cells.map(([exam1, exam2, admitted]) => ({
    x: [(exam1 - 65) / 15, (exam2 - 65) / 15, 1] as const,
    y: admitted,
  }))
  const score = (weights: number[], x: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * weights[i]!, 0)
  const weights = [0, 0, 0]
  for (let step = 0; step < 500; step++) {
    const errors = inputs.map(({ x, y }) => 1 / (1 + Math.exp(-score(weights, x))) - y)
    for (const i of weights.keys()) weights[i]! -= mean(inputs.map(({ x }, row) => errors[row]! * x[i]!))
  }
  const right = inputs.filter(({ x, y }) => score(weights, x) > 0 === (y === 1)).length
  expect(right).toBeGreaterThanOrEqual(85)
  expect(right).toBeLessThanOrEqual(92)
})
