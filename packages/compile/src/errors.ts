import { MetagradError } from '@metagrad/tensor'

/** A function cannot be compiled. */
export class CompileError extends MetagradError {
  constructor(message: string, code = 'COMPILE', options?: ErrorOptions) {
    super(message, code, options)
  }
}
