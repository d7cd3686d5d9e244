/** For what computes with plain numbers outside of the CPU device: draws and schedules. */
export { elementary } from './cpu/wasm/elementary.ts'
