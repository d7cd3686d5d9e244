// Elements picked and added up along one dim of contiguous tensors: of n indices each by outer and inner, in [0, size).
import { indexAt } from './indices'
import { bytes } from './simd'

/** out[o, i, j] = a[o, indices[o, i, j], j] for 4 bytes each. Returns -1, or the position of the first index out of range. */
export function gather32(
  out: usize, a: usize, indices: usize, indexShift: i32, outer: i32, n: i32, inner: i32, size: i32,
): i32 {
  let at = 0
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < inner; j++) {
        const index = indexAt(indices, at, indexShift, size)
        if (index < 0) return at
        store<u32>(out + bytes<u32>(at), load<u32>(a + bytes<u32>(index * inner + j)))
        at++
      }
    }
    a += bytes<u32>(size * inner)
  }
  return -1
}

/** out[o, indices[o, i, j], j] += a[o, i, j]. Returns as gather32 does. */
export function scatterAddF32(
  out: usize, a: usize, indices: usize, indexShift: i32, outer: i32, n: i32, inner: i32, size: i32,
): i32 {
  let at = 0
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < inner; j++) {
        const index = indexAt(indices, at, indexShift, size)
        if (index < 0) return at
        const to = out + bytes<f32>(index * inner + j)
        store<f32>(to, load<f32>(to) + load<f32>(a + bytes<f32>(at)))
        at++
      }
    }
    out += bytes<f32>(size * inner)
  }
  return -1
}
