// Vector vocabulary shared by all kernels. Reads may run up to 60 bytes past an operand's end (the host keeps the last 64 bytes
// of memory unused); writes never do.

/** A vector that is the same for all four columns of a @quad function. */
export type uniform = v128

/** a * b + c, fused in the relaxed build. */
@inline
export function fma<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c)
  return v128.add<T>(v128.mul<T>(a, b), c)
}

/** c - a * b, fused in the relaxed build. */
@inline
export function fnma<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_nmadd<T>(a, b, c)
  return v128.sub<T>(c, v128.mul<T>(a, b))
}

/** Constant `i` of a float32 table. Read from memory: engines spill or rematerialise literal vectors badly. */
@inline
export function k(table: usize, i: i32): v128 {
  return v128.load32_splat(table + (<usize>i << 2))
}

/** Constant `i` of a float64 table. */
@inline
export function k64(table: usize, i: i32): v128 {
  return v128.load64_splat(table + (<usize>i << 3))
}

@inline
export function lanes<T>(): i32 {
  return 16 / sizeof<T>()
}

/** max(x, 0), NaN stays. */
@inline
export function relu(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(x, f32x4.splat(0)))
}

/** The least multiple of `step` that is not below `n`. */
@inline
export function roundUp(n: i32, step: i32): i32 {
  return (n + step - 1) / step * step
}

/** The next address where a vector may lie. */
@inline
export function align(p: usize): usize {
  return (p + 15) & ~15
}

/** Elements to bytes. */
@inline
export function bytes<T>(count: i32): usize {
  return <usize>count * sizeof<T>()
}

@inline
export function splat<T>(p: usize): v128 {
  return sizeof<T>() == 8 ? v128.load64_splat(p) : v128.load32_splat(p)
}

/** Writes the lowest lane. */
@inline
export function storeLane<T>(p: usize, v: v128): void {
  if (sizeof<T>() == 8) v128.store64_lane(p, v, 0)
  else v128.store32_lane(p, v, 0)
}

/** Writes the lowest `count` lanes, fewer than a whole vector. */
@inline
export function storeTail<T>(p: usize, v: v128, count: i32): void {
  if (sizeof<T>() == 8) {
    v128.store64_lane(p, v, 0)
    return
  }
  if (count & 2) {
    v128.store64_lane(p, v, 0)
    v = v128.shuffle<i64>(v, v, 1, 1)
    p += 8
  }
  if (count & 1) v128.store32_lane(p, v, 0)
}

/** Zero beyond the lowest `count` lanes. */
@inline
export function keep<T>(v: v128, count: i32): v128 {
  return v128.and(v, lowest<T>(count))
}

/** The vector's lowest `count` lanes, the others from `rest`. */
@inline
export function keepOr<T>(v: v128, rest: v128, count: i32): v128 {
  return v128.bitselect(v, rest, lowest<T>(count))
}

/** Ones in the lowest `count` lanes. */
@inline
function lowest<T>(count: i32): v128 {
  if (sizeof<T>() == 8) return i64x2.lt_s(i64x2(0, 1), i64x2.splat(count))
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count))
}

/** Sum of the four lanes, in pairs. */
@inline
export function sumLanes(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** Writes a vector, or its lowest lanes at the end of a run: `left` elements are still to be written. */
@inline
export function put(p: usize, v: v128, left: i32): void {
  if (left < 4) storeTail<f32>(p, v, left)
  else v128.store(p, v)
}

/** Writes two vectors, or the first `left` elements of them. */
@inline
export function storeRun(p: usize, v0: v128, v1: v128, left: i32): void {
  if (left >= 8) {
    v128.store(p, v0)
    v128.store(p, v1, 16)
  } else if (left >= 4) {
    v128.store(p, v0)
    if (left > 4) storeTail<f32>(p + 16, v1, left - 4)
  } else storeTail<f32>(p, v0, left)
}

// A call of memory.copy or memory.fill leaves WebAssembly: worth it for long runs only.
@inline
const LONG: usize = 1024

/** memory.copy of any number of bytes between places that do not overlap. */
export function copyBytes(to: usize, from: usize, count: usize): void {
  if (count >= LONG) {
    memory.copy(to, from, count)
    return
  }
  for (; count >= 16; count -= 16) {
    v128.store(to, v128.load(from))
    to += 16
    from += 16
  }
  for (; count >= 4; count -= 4) {
    store<u32>(to, load<u32>(from))
    to += 4
    from += 4
  }
  for (; count > 0; count--) store<u8>(to++, load<u8>(from++))
}

/** Zeroes `count` bytes, a multiple of 4. */
export function zeroBytes(to: usize, count: usize): void {
  if (count >= LONG) {
    memory.fill(to, 0, count)
    return
  }
  const zero = f32x4.splat(0)
  for (; count >= 16; count -= 16) {
    v128.store(to, zero)
    to += 16
  }
  for (; count > 0; count -= 4) {
    store<u32>(to, 0)
    to += 4
  }
}
