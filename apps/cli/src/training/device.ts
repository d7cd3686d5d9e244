import { cpu, DeviceError, type Device } from 'metagrad'
import type { TrainConfig } from '../options/train-options.ts'

/** Where a training runs. */
export interface OpenedDevice {
  readonly device: Device
  /** What the GPU is; undefined on the CPU. */
  readonly adapter?: string
  /** Why it is not the device that was asked for. */
  readonly reason?: string
  /** Lets the device go. */
  readonly close: () => void
}

const onCpu: OpenedDevice = { device: cpu, close() {} }

/** Opens the device that a config asks for; where there is no GPU, it is the CPU, and the reason is told. */
export async function openDevice(wanted: TrainConfig['device']): Promise<OpenedDevice> {
  if (wanted === 'cpu') return onCpu
  const { webgpu } = await import('@metagrad/webgpu-backend')
  try {
    const device = await webgpu()
    return { device, adapter: device.adapter, close: () => device.destroy() }
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error
    return { ...onCpu, reason: error.message }
  }
}
