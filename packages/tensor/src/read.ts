import type { View } from './device.ts'
import type { TypedArray } from './dtypes.ts'
import { DeviceError } from './errors.ts'
import { currentTrace } from './trace.ts'

/** A fresh row-major copy of a view's elements. */
export function read(op: string, view: View): Promise<TypedArray> {
  currentTrace()?.read(op, view)
  return view.storage.device.read(view)
}

/** What to write instead of an op that reads at once, where there is a form that waits. */
const waitingForms: Readonly<Record<string, string>> = {
  dataSync: 'data()',
  itemSync: 'item()',
  tolistSync: 'tolist()',
  to: 'toAsync(device)',
  nonzero: 'nonzeroAsync()',
  index: 'maskedSelectAsync(mask)',
  allclose: 'allcloseAsync(other)',
  equal: 'equalAsync(other)',
}

/** `read` at once. @throws DeviceError when a view cannot be read synchronously */
export function readSync(op: string, view: View): TypedArray {
  const { device } = view.storage
  currentTrace()?.read(op, view)
  if (device.readSync === undefined) {
    const form = waitingForms[op] ?? 'toAsync(cpu) first'
    throw new DeviceError(`${op}: device "${device.name}" cannot be read synchronously. Use await t.${form}.`)
  }
  return device.readSync(view)
}
