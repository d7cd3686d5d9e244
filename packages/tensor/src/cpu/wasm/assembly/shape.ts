/**
 * Fields of a convolution's or pool's shape in memory, i32 each. Padding is what lies in front, above and left; behind, below and right
 * follow from the output's size. In 2 dims the depths are 1, in 1 the heights too. From one example of the output to the next are
 * OutPitch channels: more than OutChannels where a gradient of the weights is asked for some of them.
 */
export const enum Shape {
  Batch, Channels, OutChannels, Groups,
  Depth, Height, Width,
  KernelDepth, KernelHeight, KernelWidth,
  StrideDepth, StrideHeight, StrideWidth,
  PaddingFront, PaddingTop, PaddingLeft,
  DilationDepth, DilationHeight, DilationWidth,
  OutDepth, OutHeight, OutWidth,
  OutPitch,
}

@inline
export function field(shape: usize, index: i32): i32 {
  return load<i32>(shape + (<usize>index << 2))
}
