export { webgpu, type WebGPUOptions } from './webgpu.ts'
export type { WebGPUDevice } from './device.ts'
export type { PoolStatistics } from './engine/pool.ts'
