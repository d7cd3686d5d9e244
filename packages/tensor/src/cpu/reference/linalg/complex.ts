import { elementary } from '../../wasm/elementary.ts'

/** A complex number. */
export type Complex = readonly [re: number, im: number]

/** `x - y` */
export function minus(x: Complex, y: Complex): Complex {
  return [x[0] - y[0], x[1] - y[1]]
}

/** `x y` */
export function times(x: Complex, y: Complex): Complex {
  return [x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]]
}

/** `x / y`, without overflow on the way. */
export function over(x: Complex, y: Complex): Complex {
  const size = elementary.hypot(...y)
  const c = y[0] / size
  const s = y[1] / size
  return [(x[0] * c + x[1] * s) / size, (x[1] * c - x[0] * s) / size]
}
