import { DeviceError } from '@metagrad/tensor'

/** Once set, every use of the device throws it: nothing that it holds can be trusted any more. */
export class Failure {
  #error: DeviceError | undefined

  set(error: DeviceError): void {
    this.#error ??= error
  }

  get error(): DeviceError | undefined {
    return this.#error
  }

  /** @throws DeviceError if the device has failed */
  check(): void {
    if (this.#error !== undefined) throw this.#error
  }
}

export function lostError(reason: string, message: string): DeviceError {
  const why = message === '' ? reason : message.replaceAll(/\s+/g, ' ')
  return new DeviceError(
    `webgpu: the device was lost: ${why}. Open a new one with await webgpu() and load your tensors again.`,
    'DEVICE_LOST',
  )
}

export function memoryError(bytes: number, used: number): DeviceError {
  return new DeviceError(
    `webgpu: out of memory: ${bytes} bytes more than the ${used} in use do not fit. Use smaller batches, and await a read (loss.item()) in long loops.`,
    'DEVICE_MEMORY',
  )
}

/** The line of WGSL that a compile message is about, with the kernel's name. */
export function compileError(kernel: string, code: string, message: GPUCompilationMessage): DeviceError {
  const line = code.split('\n')[message.lineNum - 1]?.trim() ?? ''
  return new DeviceError(
    `webgpu: kernel "${kernel}" does not compile: line ${message.lineNum}: ${message.message.trim()}: ${line}`,
    'DEVICE_KERNEL',
  )
}
