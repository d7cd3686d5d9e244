// The flags of the WebGPU specification as numbers: Node has no GPUBufferUsage in its globals.
export const MAP_READ = 1
export const COPY_SRC = 4
export const COPY_DST = 8
export const UNIFORM = 64
export const STORAGE = 128
export const COMPUTE_STAGE = 4
/** `mapAsync` mode. */
export const READ = 1

/** Threads of a workgroup, in kernels that do not choose by shape. */
export const LANES = 64

/** Least limit of WebGPU on workgroups in one dimension; larger grids are folded. */
export const MAX_GROUPS = 65_535
