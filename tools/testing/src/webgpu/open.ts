import { existsSync } from 'node:fs'
import type { WebGPUDevice, WebGPUOptions } from '@metagrad/webgpu-backend'
import { webgpu } from '@metagrad/webgpu-backend'

/** Where Debian's chromium keeps the driver that computes on the CPU. */
const SOFTWARE_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json'

/**
 * A device to test numbers on: the machine's own GPU, or the software driver where it is installed. Without either the
 * reason is printed, and with REQUIRE_WEBGPU=1 thrown.
 */
export async function openWebGPU(options: WebGPUOptions = {}): Promise<WebGPUDevice | undefined> {
  if (process.env['VK_DRIVER_FILES'] === undefined && existsSync(SOFTWARE_DRIVER)) {
    process.env['VK_DRIVER_FILES'] = SOFTWARE_DRIVER
  }
  try {
    return await webgpu(options)
  } catch (error) {
    if (process.env['REQUIRE_WEBGPU'] === '1') throw error
    const why = error instanceof Error ? error.message : String(error)
    console.warn(`skipped, no WebGPU adapter: ${why} REQUIRE_WEBGPU=1 makes this a failure.`)
    return undefined
  }
}
