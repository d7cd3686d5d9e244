import { ArgumentError, isRecording, setRecording } from '@metagrad/tensor'

function withRecording<T>(op: string, value: boolean, run: () => T): T {
  const before = setRecording(value)
  try {
    const result = run()
    if (result instanceof Promise) {
      throw new ArgumentError(
        `${op}: the function must not be async: the mode ends when it returns. Await outside of it.`,
      )
    }
    return result
  } finally {
    setRecording(before)
  }
}

/** Runs a function without recording ops. @see https://pytorch.org/docs/stable/generated/torch.no_grad.html */
export function noGrad<T>(run: () => T): T {
  return withRecording('noGrad', false, run)
}

/** Runs a function with recording, also inside `noGrad`. @see https://pytorch.org/docs/stable/generated/torch.enable_grad.html */
export function enableGrad<T>(run: () => T): T {
  return withRecording('enableGrad', true, run)
}

/** `noGrad` under PyTorch's name for inference. */
export function inferenceMode<T>(run: () => T): T {
  return withRecording('inferenceMode', false, run)
}

/** Whether ops are recorded now. */
export function isGradEnabled(): boolean {
  return isRecording()
}
