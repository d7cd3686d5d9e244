// Element-wise kernels of two operands, comparisons, and the choice between two. Strides and descriptors: zip.ts.
import { Each, Same, binary, binaryNd, zip } from './zip'
import { bytes, splat, storeTail } from './simd'

@unmanaged @final class Add<T> { @inline apply(a: v128, b: v128): v128 { return v128.add<T>(a, b) } }
@unmanaged @final export class Sub<T> { @inline apply(a: v128, b: v128): v128 { return v128.sub<T>(a, b) } }
@unmanaged @final export class Mul<T> { @inline apply(a: v128, b: v128): v128 { return v128.mul<T>(a, b) } }
@unmanaged @final class Div<T> { @inline apply(a: v128, b: v128): v128 { return v128.div<T>(a, b) } }
@unmanaged @final class Max<T> { @inline apply(a: v128, b: v128): v128 { return v128.max<T>(a, b) } }
@unmanaged @final class Min<T> { @inline apply(a: v128, b: v128): v128 { return v128.min<T>(a, b) } }
@unmanaged @final class MaxInteger { @inline apply(a: v128, b: v128): v128 { return i32x4.max_s(a, b) } }
@unmanaged @final class MinInteger { @inline apply(a: v128, b: v128): v128 { return i32x4.min_s(a, b) } }

export function addF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f32, Add<f32>>(out, a, b, n, strideA, strideB) }
export function addF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f32, Add<f32>>(out, a, b, descriptor) }
export function subF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f32, Sub<f32>>(out, a, b, n, strideA, strideB) }
export function subF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f32, Sub<f32>>(out, a, b, descriptor) }
export function mulF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f32, Mul<f32>>(out, a, b, n, strideA, strideB) }
export function mulF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f32, Mul<f32>>(out, a, b, descriptor) }
export function divF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f32, Div<f32>>(out, a, b, n, strideA, strideB) }
export function divF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f32, Div<f32>>(out, a, b, descriptor) }
export function maximumF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f32, Max<f32>>(out, a, b, n, strideA, strideB) }
export function maximumF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f32, Max<f32>>(out, a, b, descriptor) }
export function minimumF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f32, Min<f32>>(out, a, b, n, strideA, strideB) }
export function minimumF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f32, Min<f32>>(out, a, b, descriptor) }
export function addF64(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f64, Add<f64>>(out, a, b, n, strideA, strideB) }
export function addF64Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f64, Add<f64>>(out, a, b, descriptor) }
export function subF64(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f64, Sub<f64>>(out, a, b, n, strideA, strideB) }
export function subF64Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f64, Sub<f64>>(out, a, b, descriptor) }
export function mulF64(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f64, Mul<f64>>(out, a, b, n, strideA, strideB) }
export function mulF64Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f64, Mul<f64>>(out, a, b, descriptor) }
export function divF64(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f64, Div<f64>>(out, a, b, n, strideA, strideB) }
export function divF64Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f64, Div<f64>>(out, a, b, descriptor) }
export function maximumF64(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f64, Max<f64>>(out, a, b, n, strideA, strideB) }
export function maximumF64Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f64, Max<f64>>(out, a, b, descriptor) }
export function minimumF64(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<f64, Min<f64>>(out, a, b, n, strideA, strideB) }
export function minimumF64Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<f64, Min<f64>>(out, a, b, descriptor) }
export function addI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<i32, Add<i32>>(out, a, b, n, strideA, strideB) }
export function addI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<i32, Add<i32>>(out, a, b, descriptor) }
export function subI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<i32, Sub<i32>>(out, a, b, n, strideA, strideB) }
export function subI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<i32, Sub<i32>>(out, a, b, descriptor) }
export function mulI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<i32, Mul<i32>>(out, a, b, n, strideA, strideB) }
export function mulI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<i32, Mul<i32>>(out, a, b, descriptor) }
export function maximumI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<i32, MaxInteger>(out, a, b, n, strideA, strideB) }
export function maximumI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<i32, MaxInteger>(out, a, b, descriptor) }
export function minimumI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { binary<i32, MinInteger>(out, a, b, n, strideA, strideB) }
export function minimumI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { binaryNd<i32, MinInteger>(out, a, b, descriptor) }

// Gradients of the gradient g and the result y.

@unmanaged @final class SigmoidBackward { @inline apply(g: v128, y: v128): v128 { return f32x4.mul(f32x4.mul(g, y), f32x4.sub(f32x4.splat(1), y)) } }
@unmanaged @final class TanhBackward { @inline apply(g: v128, y: v128): v128 { return f32x4.mul(g, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y))) } }
@unmanaged @final class ReluBackward { @inline apply(g: v128, y: v128): v128 { return v128.andnot(g, f32x4.le(y, f32x4.splat(0))) } }

/** dx = g y (1 - y) */
export function sigmoidBackwardF32(dx: usize, g: usize, y: usize, n: i32): void { zip<f32, SigmoidBackward, Each, Each>(dx, g, y, n) }
/** dx = g (1 - y^2) */
export function tanhBackwardF32(dx: usize, g: usize, y: usize, n: i32): void { zip<f32, TanhBackward, Each, Each>(dx, g, y, n) }
/** dx = y <= 0 ? 0 : g */
export function reluBackwardF32(dx: usize, g: usize, y: usize, n: i32): void { zip<f32, ReluBackward, Each, Each>(dx, g, y, n) }

// Comparisons: a byte, 0 or 1, per element. a > b is b < a.

@inline
function compareLoop<T, Op, A, B>(out: usize, a: usize, b: usize, n: i32): void {
  const op = changetype<Op>(0)
  const left = changetype<A>(0)
  const right = changetype<B>(0)
  const sameA = splat<T>(a)
  const sameB = splat<T>(b)
  let at: usize = 0
  for (; n >= 16; n -= 16) {
    const y0 = op.apply(left.at(a, sameA, at), right.at(b, sameB, at))
    const y1 = op.apply(left.at(a, sameA, at + 16), right.at(b, sameB, at + 16))
    const y2 = op.apply(left.at(a, sameA, at + 32), right.at(b, sameB, at + 32))
    const y3 = op.apply(left.at(a, sameA, at + 48), right.at(b, sameB, at + 48))
    const flags = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(y0, y1), i16x8.narrow_i32x4_s(y2, y3))
    v128.store(out, i8x16.neg(flags))
    out += 16
    at += 64
  }
  for (; n > 0; n--) {
    store<u8>(out++, <u8>(i32x4.extract_lane(op.apply(left.at(a, sameA, at), right.at(b, sameB, at)), 0) & 1))
    at += 4
  }
}

function compare<T, Op>(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void {
  if (strideA == 1 && strideB == 1) compareLoop<T, Op, Each, Each>(out, a, b, n)
  else if (strideA == 1 && strideB == 0) compareLoop<T, Op, Each, Same>(out, a, b, n)
  else if (strideA == 0 && strideB == 1) compareLoop<T, Op, Same, Each>(out, a, b, n)
  else {
    for (let i = 0; i < n; i++) {
      store<u8>(out++, <u8>(i32x4.extract_lane(changetype<Op>(0).apply(splat<T>(a), splat<T>(b)), 0) & 1))
      a += bytes<T>(strideA)
      b += bytes<T>(strideB)
    }
  }
}

function compareWalk<T, Op>(out: usize, a: usize, b: usize, dim: usize, rank: i32): usize {
  const size = load<i32>(dim)
  const strideA = load<i32>(dim, 4)
  const strideB = load<i32>(dim, 8)
  if (rank == 1) {
    compare<T, Op>(out, a, b, size, strideA, strideB)
    return out + size
  }
  for (let i = 0; i < size; i++) {
    out = compareWalk<T, Op>(out, a, b, dim + 12, rank - 1)
    a += bytes<T>(strideA)
    b += bytes<T>(strideB)
  }
  return out
}

@inline
function compareNd<T, Op>(out: usize, a: usize, b: usize, descriptor: usize): void {
  compareWalk<T, Op>(out, a, b, descriptor + 4, load<i32>(descriptor))
}

@unmanaged @final class Eq<T> { @inline apply(a: v128, b: v128): v128 { return v128.eq<T>(a, b) } }
@unmanaged @final class Ne<T> { @inline apply(a: v128, b: v128): v128 { return v128.ne<T>(a, b) } }
@unmanaged @final class Lt<T> { @inline apply(a: v128, b: v128): v128 { return v128.lt<T>(a, b) } }
@unmanaged @final class Le<T> { @inline apply(a: v128, b: v128): v128 { return v128.le<T>(a, b) } }

export function eqF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<f32, Eq<f32>>(out, a, b, n, strideA, strideB) }
export function eqF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<f32, Eq<f32>>(out, a, b, descriptor) }
export function neF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<f32, Ne<f32>>(out, a, b, n, strideA, strideB) }
export function neF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<f32, Ne<f32>>(out, a, b, descriptor) }
export function ltF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<f32, Lt<f32>>(out, a, b, n, strideA, strideB) }
export function ltF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<f32, Lt<f32>>(out, a, b, descriptor) }
export function leF32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<f32, Le<f32>>(out, a, b, n, strideA, strideB) }
export function leF32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<f32, Le<f32>>(out, a, b, descriptor) }
export function eqI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<i32, Eq<i32>>(out, a, b, n, strideA, strideB) }
export function eqI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<i32, Eq<i32>>(out, a, b, descriptor) }
export function neI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<i32, Ne<i32>>(out, a, b, n, strideA, strideB) }
export function neI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<i32, Ne<i32>>(out, a, b, descriptor) }
export function ltI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<i32, Lt<i32>>(out, a, b, n, strideA, strideB) }
export function ltI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<i32, Lt<i32>>(out, a, b, descriptor) }
export function leI32(out: usize, a: usize, b: usize, n: i32, strideA: i32, strideB: i32): void { compare<i32, Le<i32>>(out, a, b, n, strideA, strideB) }
export function leI32Nd(out: usize, a: usize, b: usize, descriptor: usize): void { compareNd<i32, Le<i32>>(out, a, b, descriptor) }

// where: elements of four bytes, whatever they are.

/** Four bytes to four lanes, all ones where not zero. */
@inline
function maskOf(flags: usize): v128 {
  const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(flags)))
  return i32x4.ne(wide, i32x4.splat(0))
}

@inline
function select<A, B>(out: usize, condition: usize, a: usize, b: usize, n: i32): void {
  const left = changetype<A>(0)
  const right = changetype<B>(0)
  const sameA = splat<f32>(a)
  const sameB = splat<f32>(b)
  let at: usize = 0
  while (n > 0) {
    const y = v128.bitselect(left.at(a, sameA, at), right.at(b, sameB, at), maskOf(condition))
    if (n < 4) {
      storeTail<f32>(out + at, y, n)
      return
    }
    v128.store(out + at, y)
    condition += 4
    at += 16
    n -= 4
  }
}

/** out = condition ? a : b over elements of four bytes; strides 0 or 1 are quick. */
export function where32(
  out: usize, condition: usize, a: usize, b: usize, n: i32, strideCondition: i32, strideA: i32, strideB: i32,
): void {
  if (strideCondition == 1 && strideA == 1 && strideB == 1) select<Each, Each>(out, condition, a, b, n)
  else if (strideCondition == 1 && strideA == 1 && strideB == 0) select<Each, Same>(out, condition, a, b, n)
  else if (strideCondition == 1 && strideA == 0 && strideB == 1) select<Same, Each>(out, condition, a, b, n)
  else if (strideCondition == 1 && strideA == 0 && strideB == 0) select<Same, Same>(out, condition, a, b, n)
  else {
    for (let i = 0; i < n; i++) {
      store<i32>(out, load<u8>(condition) ? load<i32>(a) : load<i32>(b))
      out += 4
      condition += strideCondition
      a += bytes<f32>(strideA)
      b += bytes<f32>(strideB)
    }
  }
}

function whereWalk(out: usize, condition: usize, a: usize, b: usize, dim: usize, rank: i32): usize {
  const size = load<i32>(dim)
  const strideCondition = load<i32>(dim, 4)
  const strideA = load<i32>(dim, 8)
  const strideB = load<i32>(dim, 12)
  if (rank == 1) {
    where32(out, condition, a, b, size, strideCondition, strideA, strideB)
    return out + bytes<f32>(size)
  }
  for (let i = 0; i < size; i++) {
    out = whereWalk(out, condition, a, b, dim + 16, rank - 1)
    condition += strideCondition
    a += bytes<f32>(strideA)
    b += bytes<f32>(strideB)
  }
  return out
}

/** where32 with a descriptor of three operands: condition, a, b. */
export function where32Nd(out: usize, condition: usize, a: usize, b: usize, descriptor: usize): void {
  whereWalk(out, condition, a, b, descriptor + 4, load<i32>(descriptor))
}

/** out[i] = a[i] * (mask[i] ? scale : 0), mask in bytes: NaN and infinities show as NaN where they are dropped. */
export function dropoutF32(out: usize, a: usize, mask: usize, n: i32, scale: f32): void {
  const factor = f32x4.splat(scale)
  while (n > 0) {
    const y = f32x4.mul(v128.load(a), v128.and(factor, maskOf(mask)))
    if (n < 4) {
      storeTail<f32>(out, y, n)
      return
    }
    v128.store(out, y)
    out += 16
    a += 16
    mask += 4
    n -= 4
  }
}
