/** `log(1 + exp(x))`, without overflow and exact in both tails. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))
}
