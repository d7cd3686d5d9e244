/** Frames of this library say nothing to its user. */
const ownFrame =
  /[\\/](?:@metagrad|packages)[\\/](?:tensor|autograd|nn|optim|compile)[\\/](?:src|dist)[\\/](?!.*\.test\.)|node:internal/

/** V8 keeps ten frames unless told otherwise; other engines have no such limit. */
const stacks: ErrorConstructor & { stackTraceLimit?: number | undefined } = Error

/** The line of the user's code that called, from a stack trace: for messages. Slow. */
export function userLine(): string {
  const { stackTraceLimit } = stacks
  stacks.stackTraceLimit = 50
  const frames = (new Error().stack ?? '').split('\n').slice(1)
  stacks.stackTraceLimit = stackTraceLimit
  return (frames.find((frame) => !ownFrame.test(frame)) ?? frames.at(-1) ?? 'an unknown line').trim()
}
