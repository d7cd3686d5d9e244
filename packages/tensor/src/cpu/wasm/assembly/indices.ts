/** An index of 4 or 8 bytes (`shift` 2 or 3); -1 where out of range. */
@inline
export function indexAt(indices: usize, i: i32, shift: i32, size: i32): i32 {
  const p = indices + (<usize>i << shift)
  const index = shift == 3 ? load<i64>(p) : <i64>load<i32>(p)
  return index >= 0 && index < size ? <i32>index : -1
}
