import type { Source, Tensor } from '@metagrad/tensor'
import { DeviceError, GradError, observe, userLine } from '@metagrad/tensor'

let detecting = false
let goingBackward = false
const lines = new WeakMap<Source, string>()

/**
 * Runs a function with checks: an op or a gradient that makes NaN is an error that names the op and the line that called it.
 * Slow: it reads every result. Needs a device that can be read synchronously.
 *
 * @see https://pytorch.org/docs/stable/autograd.html#anomaly-detection
 */
export function detectAnomaly<T>(run: () => T): T {
  const stop = observe(({ primitive, inputs, outputs }) => {
    if (goingBackward) return
    const line = userLine()
    for (const output of outputs) {
      if (output.source !== undefined) lines.set(output.source, line)
      if (hasNaN(output) && !inputs.some(hasNaN)) {
        throw new GradError(`${primitive}: made NaN out of finite inputs, ${line}.`, 'ANOMALY')
      }
    }
  })
  const before = detecting
  detecting = true
  try {
    return run()
  } finally {
    detecting = before
    stop()
  }
}

function hasNaN(x: Tensor): boolean {
  if (!x.isFloatingPoint) return false
  if (x.device.readSync === undefined)
    throw new DeviceError(`detectAnomaly: device "${x.device.name}" cannot be read synchronously. Use the CPU.`)
  return (x.device.readSync(x) as Float64Array).some((value) => value !== value)
}

/** Called by the engine around its run: the ops of a gradient are reported as that gradient. Returns what was set before. */
export function setGoingBackward(value: boolean): boolean {
  const before = goingBackward
  goingBackward = value
  return before
}

/** Called by the engine with each gradient. */
export function inspectGradient(source: Source, input: number, gradient: Tensor): void {
  if (!detecting || !hasNaN(gradient)) return
  const line = lines.get(source) ?? 'recorded before detectAnomaly began'
  throw new GradError(
    `backward: ${source.primitive} made NaN in the gradient of input ${input}; its forward ran ${line}.`,
    'ANOMALY',
  )
}
