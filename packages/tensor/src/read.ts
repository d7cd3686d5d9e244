import type { View } from './device.ts'
import type { TypedArray } from './dtypes.ts'
import { DeviceError } from './errors.ts'
import { currentTrace } from './trace.ts'

/** A fresh row-major copy of a view's elements. */
export function read(op: string, view: View): Promise<TypedArray> {
  currentTrace()?.read(op, view)
  return view.storage.device.read(view)
}

/** `read` at once. @throws DeviceError when a view cannot be read synchronously */
export function readSync(op: string, view: View): TypedArray {
  const { device } = view.storage
  currentTrace()?.read(op, view)
  if (device.readSync === undefined) {
    const reader = op.replace(/Sync$/, '')
    throw new DeviceError(`${op}: device "${device.name}" cannot be read synchronously. Use await t.${reader}().`)
  }
  return device.readSync(view)
}
