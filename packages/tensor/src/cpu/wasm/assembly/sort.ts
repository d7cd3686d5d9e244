// Stable sorts of lines. An element is a pair: above its key, 32 bits whose order is the one asked for, below its position, which
// also tells equals apart.
import { bytes, zeroBytes } from './simd'

/** Below this, to insert is quicker than to go through the counts of all digits. */
@inline
const SHORT = 64
@inline
const DIGITS = 256
@inline
const PASSES = 4

/** Orders as numbers are ordered: both zeros are one, and all NaN come last. */
@inline
function keyOf<T>(p: usize): u32 {
  const bits = load<u32>(p)
  if (!isFloat<T>()) return bits ^ 0x80000000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return 0xffffffff
  if (magnitude == 0) return 0x80000000
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000)
}

function insertionSort(pairs: usize, n: i32): void {
  const end = pairs + bytes<u64>(n)
  for (let at = pairs + 8; at < end; at += 8) {
    const pair = load<u64>(at)
    let to = at
    for (; to > pairs && load<u64>(to - 8) > pair; to -= 8) store<u64>(to, load<u64>(to - 8))
    store<u64>(to, pair)
  }
}

/** Turns how often each digit occurs into where its first one goes. Returns whether there is but one digit. */
function startsOf(counts: usize, n: i32): bool {
  let start = 0
  for (let at = counts; at < counts + bytes<i32>(DIGITS); at += 4) {
    const count = load<i32>(at)
    if (count == n) return true
    store<i32>(at, start)
    start += count
  }
  return false
}

/** From the lowest digit to the highest, between two places in turns. Returns where the pairs end up. */
function radixSort(from: usize, to: usize, counts: usize, n: i32): usize {
  zeroBytes(counts, bytes<i32>(PASSES * DIGITS))
  for (let at = from; at < from + bytes<u64>(n); at += 8) {
    const key = load<u32>(at, 4)
    for (let pass = 0; pass < PASSES; pass++) {
      const count = counts + bytes<i32>(pass * DIGITS + ((key >> (8 * pass)) & 0xff))
      store<i32>(count, load<i32>(count) + 1)
    }
  }
  for (let pass = 0; pass < PASSES; pass++) {
    const starts = counts + bytes<i32>(pass * DIGITS)
    if (startsOf(starts, n)) continue
    const end = from + bytes<u64>(n)
    for (let at = from; at < end; at += 8) {
      const start = starts + bytes<i32>(load<u8>(at + 4 + pass))
      const place = load<i32>(start)
      store<u64>(to + bytes<u64>(place), load<u64>(at))
      store<i32>(start, place + 1)
    }
    const free = from
    from = to
    to = free
  }
  return from
}

/** Sorts each line of a contiguous [outer, n, inner] along n; int64 indices tell where each value was. */
@inline
function sort<T>(
  values: usize, indices: usize, a: usize, scratch: usize, outer: i32, n: i32, inner: i32, isDescending: bool,
): void {
  const others = scratch + bytes<u64>(n)
  const flip: u32 = isDescending ? 0xffffffff : 0
  const pitch = bytes<T>(inner)
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      let p = a
      for (let i = 0; i < n; i++) {
        store<u64>(scratch + bytes<u64>(i), (<u64>(keyOf<T>(p) ^ flip) << 32) | <u64>i)
        p += pitch
      }
      let sorted = scratch
      if (n < SHORT) insertionSort(scratch, n)
      else sorted = radixSort(scratch, others, others + bytes<u64>(n), n)
      for (let i = 0; i < n; i++) {
        const from = <usize>load<u32>(sorted + bytes<u64>(i))
        const to = <usize>i * pitch
        store<T>(values + to, load<T>(a + from * pitch))
        store<u64>(indices + bytes<u64>(i * inner), from)
      }
      a += sizeof<T>()
      values += sizeof<T>()
      indices += 8
    }
    const rest = bytes<T>((n - 1) * inner)
    a += rest
    values += rest
    indices += 2 * rest
  }
}

/** The scratch takes 4 n + 1024 words. */
export function sortF32(
  values: usize, indices: usize, a: usize, scratch: usize, outer: i32, n: i32, inner: i32, isDescending: bool,
): void {
  sort<f32>(values, indices, a, scratch, outer, n, inner, isDescending)
}

/** The scratch takes 4 n + 1024 words. */
export function sortI32(
  values: usize, indices: usize, a: usize, scratch: usize, outer: i32, n: i32, inner: i32, isDescending: bool,
): void {
  sort<i32>(values, indices, a, scratch, outer, n, inner, isDescending)
}
