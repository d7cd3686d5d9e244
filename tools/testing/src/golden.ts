import { readFileSync } from 'node:fs'
import type { DType, Shape } from '@metagrad/tensor'

/** JSON has no NaN and no infinities. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity' | '-0'

export interface GoldenTensor {
  readonly shape: Shape
  readonly dtype: DType
  readonly data: readonly JsonNumber[]
}

export interface GoldenCase {
  readonly outputs: readonly GoldenTensor[]
  /** Per input; null where it has none. */
  readonly gradients: readonly (readonly JsonNumber[] | null)[]
}

export interface GoldenFile {
  /** Version of PyTorch that wrote it. */
  readonly torch: string
  readonly cases: { readonly [key: string]: GoldenCase }
}

export function readGolden(family: string): GoldenFile {
  return JSON.parse(readFileSync(goldenPath(family), 'utf8')) as GoldenFile
}

export function goldenPath(family: string): URL {
  return new URL(`../golden/${family}.json`, import.meta.url)
}

export function toJson(values: ArrayLike<number | bigint>): JsonNumber[] {
  return Array.from(values, (value) => {
    const number = Number(value)
    if (Object.is(number, -0)) return '-0'
    return Number.isFinite(number) ? number : (String(number) as JsonNumber)
  })
}
