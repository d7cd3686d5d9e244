import { ArgumentError } from '@metagrad/tensor'
import { columnTypeNames, type ColumnTypeName, type CsvOptions } from './options.ts'
import { didYouMean } from './similar.ts'

/** @throws ArgumentError for options that no file could be read with */
export function checkOptions(op: string, options: CsvOptions): void {
  for (const name of ['delimiter', 'quote', 'escape'] as const) {
    const value = options[name]
    if (value === undefined || (value.length === 1 && !/[\r\n]/.test(value))) continue
    throw new ArgumentError(`${op}: ${name} must be one character: got ${JSON.stringify(value)}.`)
  }
  if (options.delimiter !== undefined && options.delimiter === (options.quote ?? '"')) {
    throw new ArgumentError(`${op}: delimiter and quote are the same: ${JSON.stringify(options.delimiter)}.`)
  }
  if (options.comment === '') throw new ArgumentError(`${op}: comment must not be empty.`)
  for (const name of ['skipLines', 'maxRows', 'maxFieldLength', 'maxColumns'] as const) {
    const value = options[name]
    const least = name === 'skipLines' ? 0 : 1
    if (value === undefined || value === Infinity || (Number.isInteger(value) && value >= least)) continue
    throw new ArgumentError(`${op}: ${name} must be a whole number from ${least} on: got ${value}.`)
  }
  if (options.maxBadRows !== undefined && !(options.maxBadRows >= 0 && options.maxBadRows <= 1)) {
    throw new ArgumentError(`${op}: maxBadRows must be from 0 to 1: got ${options.maxBadRows}.`)
  }
  if (options.types === undefined || typeof options.types === 'function') return
  for (const [column, type] of Object.entries(options.types)) checkType(op, column, type)
}

/** @throws ArgumentError unless it is a type that a column can be asked to be */
export function checkType(op: string, column: string, type: ColumnTypeName): void {
  if (columnTypeNames.includes(type)) return
  throw new ArgumentError(`${op}: column "${column}" cannot be of type "${type}". ${didYouMean(type, columnTypeNames)}`)
}
