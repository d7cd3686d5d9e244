/**
 * Base of every error that metagrad throws on purpose. The message is one line in the grammar
 * `op: what is wrong: got vs expected. what to do.`; `code` is stable across releases, the wording is not.
 */
export class MetagradError extends Error {
  /** Stable, upper-case identifier of the failure, for programs. */
  readonly code: string

  constructor(message: string, code = 'METAGRAD', options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** Shapes, dims or indices do not fit. */
export class ShapeError extends MetagradError {
  constructor(message: string, code = 'SHAPE') {
    super(message, code)
  }
}

/** An element lies outside a dimension, or a position outside a list. */
export class IndexError extends MetagradError {
  constructor(message: string, code = 'INDEX') {
    super(message, code)
  }
}

/** A dtype is unknown, does not support the operation, or cannot hold the value. */
export class DTypeError extends MetagradError {
  constructor(message: string, code = 'DTYPE') {
    super(message, code)
  }
}

/** Tensors live on different devices, or a device cannot do what was asked. */
export class DeviceError extends MetagradError {
  constructor(message: string, code = 'DEVICE', options?: ErrorOptions) {
    super(message, code, options)
  }
}

/** A gradient was asked for where none exists, or the tape no longer holds what it needs. */
export class GradError extends MetagradError {
  constructor(message: string, code = 'GRAD') {
    super(message, code)
  }
}

/** A routine of linear algebra met a singular matrix, or did not converge. */
export class LinalgError extends MetagradError {
  constructor(message: string, code = 'LINALG') {
    super(message, code)
  }
}

/** An argument has the wrong type or lies outside its range. */
export class ArgumentError extends MetagradError {
  constructor(message: string, code = 'ARGUMENT') {
    super(message, code)
  }
}

/** Where in a data file an error lies. */
export interface DataErrorPlace {
  readonly code?: string
  /** Physical line of the file, from 1. */
  readonly line?: number | undefined
  /** Name of the column. */
  readonly column?: string | undefined
}

/** A data file or a value in it cannot be used. */
export class DataError extends MetagradError {
  readonly line: number | undefined
  readonly column: string | undefined

  constructor(message: string, place: DataErrorPlace = {}) {
    super(message, place.code ?? 'DATA')
    this.line = place.line
    this.column = place.column
  }
}

/** A state dictionary or a checkpoint does not fit what it is loaded into. */
export class StateDictError extends MetagradError {
  constructor(message: string, code = 'STATE_DICT') {
    super(message, code)
  }
}
