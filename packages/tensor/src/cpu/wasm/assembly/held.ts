const HELD: usize = memory.data(4, 16)

/** Four times x, read back from memory: a mere splat V8 works out anew in every round of a loop, with the divisions that led to x. */
@inline
export function held(x: f64): v128 {
  store<f32>(HELD, <f32>x)
  return v128.load32_splat(HELD)
}
