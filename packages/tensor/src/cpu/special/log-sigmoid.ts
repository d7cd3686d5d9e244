import { softplus } from './softplus.ts'

/** `log(sigmoid(x)) = -softplus(-x)`, without underflow. */
export function logSigmoid(x: number): number {
  // 0 - y, because -y would turn the limit at infinity into -0.
  return 0 - softplus(-x)
}
