// The loops of element-wise kernels of two operands.
//
// Inner loops know an operand that advances (stride 1), one that stays (stride 0: a scalar) and any other stride. Broadcasting and
// strided views come as a descriptor in memory, outermost dimension first, the output being contiguous:
//   i32 rank, then per dimension i32 size and one i32 stride, in elements, per operand.
import { bytes, lanes, splat, storeLane, storeTail } from './simd'

/** An operand that advances, read where the loop stands. */
@unmanaged @final export class Each { @inline at(p: usize, same: v128, offset: usize): v128 { return v128.load(p + offset) } }
/** An operand that stays, read once: the output may overwrite it. */
@unmanaged @final export class Same { @inline at(p: usize, same: v128, offset: usize): v128 { return same } }

@inline
export function zip<T, Op, A, B>(out: usize, a: usize, b: usize, n: i32): void {
  const op = changetype<Op>(0)
  const left = changetype<A>(0)
  const right = changetype<B>(0)
  const sameA = splat<T>(a)
  const sameB = splat<T>(b)
  const width = lanes<T>()
  const whole = bytes<T>(n & ~(4 * width - 1))
  let at: usize = 0
  for (; at < whole; at += 64) {
    const y0 = op.apply(left.at(a, sameA, at), right.at(b, sameB, at))
    const y1 = op.apply(left.at(a, sameA, at + 16), right.at(b, sameB, at + 16))
    const y2 = op.apply(left.at(a, sameA, at + 32), right.at(b, sameB, at + 32))
    const y3 = op.apply(left.at(a, sameA, at + 48), right.at(b, sameB, at + 48))
    v128.store(out + at, y0)
    v128.store(out + at, y1, 16)
    v128.store(out + at, y2, 32)
    v128.store(out + at, y3, 48)
  }
  n &= 4 * width - 1
  while (n > 0) {
    const y = op.apply(left.at(a, sameA, at), right.at(b, sameB, at))
    if (n < width) {
      storeTail<T>(out + at, y, n)
      return
    }
    v128.store(out + at, y)
    at += 16
    n -= width
  }
}

@inline
function zipStrided<T, Op>(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void {
  const op = changetype<Op>(0)
  for (let i = 0; i < n; i++) {
    storeLane<T>(out, op.apply(splat<T>(a), splat<T>(b)))
    out += sizeof<T>()
    a += bytes<T>(strideA)
    b += bytes<T>(strideB)
  }
}

export function binary<T, Op>(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void {
  if (strideA == 1 && strideB == 1) zip<T, Op, Each, Each>(out, a, b, n)
  else if (strideA == 1 && strideB == 0) zip<T, Op, Each, Same>(out, a, b, n)
  else if (strideA == 0 && strideB == 1) zip<T, Op, Same, Each>(out, a, b, n)
  else zipStrided<T, Op>(out, a, b, n, strideA, strideB)
}

/** Goes through the outer dimensions; returns where the output goes on. */
function binaryWalk<T, Op>(out: usize, a: usize, b: usize, dim: usize, rank: i32): usize {
  const size = load<i32>(dim)
  const strideA = load<i32>(dim, 4)
  const strideB = load<i32>(dim, 8)
  if (rank == 1) {
    binary<T, Op>(out, a, b, size, strideA, strideB)
    return out + bytes<T>(size)
  }
  for (let i = 0; i < size; i++) {
    out = binaryWalk<T, Op>(out, a, b, dim + 12, rank - 1)
    a += bytes<T>(strideA)
    b += bytes<T>(strideB)
  }
  return out
}

@inline
export function binaryNd<T, Op>(out: usize, a: usize, b: usize, descriptor: usize): void {
  binaryWalk<T, Op>(out, a, b, descriptor + 4, load<i32>(descriptor))
}
