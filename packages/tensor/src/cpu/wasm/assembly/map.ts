// The loops of element-wise kernels of one operand: an operator is a class with `apply`, the loop a template over it.
import { lanes, storeTail } from './simd'

/** out[i] = Op(a[i]), four vectors at a time, then one, then the rest of one. */
@inline
export function map<T, Op>(out: usize, a: usize, n: i32): void {
  const op = changetype<Op>(0)
  const width = lanes<T>()
  for (; n >= 4 * width; n -= 4 * width) {
    const x0 = v128.load(a)
    const x1 = v128.load(a, 16)
    const x2 = v128.load(a, 32)
    const x3 = v128.load(a, 48)
    v128.store(out, op.apply(x0))
    v128.store(out, op.apply(x1), 16)
    v128.store(out, op.apply(x2), 32)
    v128.store(out, op.apply(x3), 48)
    a += 64
    out += 64
  }
  mapSingly<T, Op>(out, a, n)
}

/** The same where the operator is written for four vectors at once. */
@inline
export function mapQuads<Op>(out: usize, a: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    changetype<Op>(0).apply4(out, a)
    a += 64
    out += 64
  }
  mapSingly<f32, Op>(out, a, n)
}

/** One vector at a time, for operators too long to stand in the code five times. */
@inline
export function mapSingly<T, Op>(out: usize, a: usize, n: i32): void {
  const op = changetype<Op>(0)
  const width = lanes<T>()
  while (n > 0) {
    const y = op.apply(v128.load(a))
    if (n < width) {
      storeTail<T>(out, y, n)
      return
    }
    v128.store(out, y)
    a += 16
    out += 16
    n -= width
  }
}
