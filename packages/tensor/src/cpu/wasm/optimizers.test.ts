import { expect, test } from 'vitest'

import { describeBuilds, differences, lengths, numbers } from '../../../tools/expect.ts'

describeBuilds('optimizer steps', (arena) => {
  for (const { momentum, dampening, isNesterov, weightDecay } of [
    { momentum: 0, dampening: 0, isNesterov: false, weightDecay: 0 },
    { momentum: 0, dampening: 0, isNesterov: false, weightDecay: 0.1 },
    { momentum: 0.9, dampening: 0, isNesterov: false, weightDecay: 0.01 },
    { momentum: 0.9, dampening: 0.3, isNesterov: false, weightDecay: 0 },
    { momentum: 0.8, dampening: 0, isNesterov: true, weightDecay: 0.1 },
  ]) {
    test(`sgdF32 takes three steps, momentum ${momentum}, dampening ${dampening}, nesterov ${isNesterov}, decay ${weightDecay}`, () => {
      for (const n of lengths) {
        arena.reset()
        const [p, grad] = [numbers(n), numbers(n, 1, 2)]
        const [parameter, velocity] = [arena.put(p), arena.put(new Float32Array(n).fill(NaN))]
        const [expected, v] = [Float64Array.from(p), new Float64Array(n)]
        for (const step of [0, 1, 2]) {
          const operands = [parameter, arena.put(grad), velocity, n] as const
          arena.kernels.sgdF32(...operands, 0.1, momentum, dampening, weightDecay, isNesterov, step === 0)
          for (let i = 0; i < n; i++) {
            const g = (grad[i] ?? 0) + weightDecay * (expected[i] ?? 0)
            v[i] = step === 0 ? g : momentum * (v[i] ?? 0) + (1 - dampening) * g
            const direction = momentum === 0 ? g : isNesterov ? g + momentum * v[i]! : v[i]!
            expected[i]! -= 0.1 * direction
          }
        }
        expect(differences(arena.take(Float32Array, parameter, n), expected, 1e-6, 1e-6)).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })
  }

  for (const isDecoupled of [false, true]) {
    test(`adamF32 takes three steps, weight decay ${isDecoupled ? 'decoupled' : 'in the gradient'}`, () => {
      const [lr, beta1, beta2, eps, weightDecay] = [0.01, 0.9, 0.99, 1e-8, 0.1]
      for (const n of lengths) {
        arena.reset()
        const [p, grad] = [numbers(n), numbers(n, 1, 2)]
        const state = [arena.put(new Float32Array(n)), arena.put(new Float32Array(n))] as const
        const parameter = arena.put(p)
        const [expected, m, v] = [Float64Array.from(p), new Float64Array(n), new Float64Array(n)]
        for (const step of [1, 2, 3]) {
          const [correction1, correction2] = [1 - beta1 ** step, 1 - beta2 ** step]
          const settings = [lr, beta1, beta2, eps, weightDecay, isDecoupled, correction1, correction2] as const
          arena.kernels.adamF32(parameter, arena.put(grad), ...state, n, ...settings)
          for (let i = 0; i < n; i++) {
            const g = (grad[i] ?? 0) + (isDecoupled ? 0 : weightDecay * (expected[i] ?? 0))
            m[i] = beta1 * (m[i] ?? 0) + (1 - beta1) * g
            v[i] = beta2 * (v[i] ?? 0) + (1 - beta2) * g * g
            if (isDecoupled) expected[i]! *= 1 - lr * weightDecay
            expected[i]! -= ((lr / correction1) * m[i]!) / (Math.sqrt(v[i]! / correction2) + eps)
          }
        }
        expect(differences(arena.take(Float32Array, parameter, n), expected, 1e-6, 1e-6)).toEqual([])
        expect(arena.damage()).toEqual([])
      }
    })
  }
})
