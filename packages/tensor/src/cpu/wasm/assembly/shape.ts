/** Fields of the shape in memory, i32 each. Padding is what lies above and left; below and right follows from the output's size. */
export const enum Shape {
  Batch, Channels, Height, Width, OutChannels, KernelHeight, KernelWidth, StrideHeight, StrideWidth,
  PaddingTop, PaddingLeft, DilationHeight, DilationWidth, Groups, OutHeight, OutWidth,
}

@inline
export function field(shape: usize, index: i32): i32 {
  return load<i32>(shape + (<usize>index << 2))
}
