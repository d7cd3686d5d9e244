import type { Cell } from '../engine/storage.ts'
import type { Access } from './matmul.ts'
import type { ValueType } from './values.ts'
import { loadText } from './values.ts'
import { walkText } from './walk.ts'

/**
 * A tile of a matrix product: `rows` x `columns` threads, each with `high` x `wide` results in registers (both multiples of
 * 4), over `deep` steps of the inner dim at a time.
 */
export interface Tile {
  readonly rows: number
  readonly columns: number
  readonly high: number
  readonly wide: number
  readonly deep: number
}

export interface TileText {
  readonly tile: Tile
  readonly type: ValueType
  readonly cell: Cell
  readonly aAccess: Access
  readonly bAccess: Access
  /** Rank of the batch. */
  readonly rank: number
  readonly store: (value: string) => string
}

/** Fours of one step's elements, across the rows of A or the columns of B. */
const foursOf = ({ rows, columns, high, wide }: Tile): { a: number; b: number } => ({
  a: (rows * high) / 4,
  b: (columns * wide) / 4,
})

/** Workgroup memory: per step of the inner dim, the tile's rows of A and columns of B in fours. */
export function tileShared(tile: Tile, type: ValueType): string {
  const { a, b } = foursOf(tile)
  return `var<workgroup> aTile: array<vec4<${type}>, ${tile.deep * a}>;
var<workgroup> bTile: array<vec4<${type}>, ${tile.deep * b}>;`
}

interface Loader {
  readonly type: ValueType
  readonly cell: Cell
  readonly access: Access
  /** Name of the buffer, and the operand's parameters: `aAt`, `aRow`, `aInner`. */
  readonly name: 'a' | 'b'
  /** First row (or column) of the tile, and how many the matrix has. */
  readonly base: string
  readonly limit: string
  readonly outer: string
  readonly fours: number
  readonly deep: number
  readonly lanes: number
}

/** Statements that fill a tile of workgroup memory. Outside the matrix there are zeros. */
function loadTile({ type, cell, access, name, base, limit, outer, fours, deep, lanes }: Loader): string {
  const inner = `${name}Inner`
  const vector = `vec4<${type}>`
  const four = (at: string): string => (cell === 'f16' ? `vec4f(${name}[(${at}) / 4])` : `${name}[(${at}) / 4]`)
  const loop = (units: number, text: string): string =>
    `for (var unit = lane; unit < ${units}; unit += ${lanes}) {\n${text}\n  }`
  if (access === 'fourAlongOuter') {
    return loop(
      deep * fours,
      `    let k = unit / ${fours};
    let first = ${base} + 4 * (unit % ${fours});
    var value = ${vector}();
    if (first < ${limit} && start + k < inner) { value = ${four(`${name}At + first + (start + k) * ${inner}`)}; }
    ${name}Tile[unit] = value;`,
    )
  }
  if (access === 'fourAlongInner') {
    // A block of 4 x 4 is turned in registers.
    const load = [0, 1, 2, 3].map(
      (j) => `    var v${j} = ${vector}();
    if (first + ${j} < ${limit} && start + k < inner) { v${j} = ${four(`${name}At + (first + ${j}) * ${outer} + start + k`)}; }`,
    )
    const store = ['x', 'y', 'z', 'w'].map(
      (c, j) => `    ${name}Tile[(k + ${j}) * ${fours} + at] = ${vector}(v0.${c}, v1.${c}, v2.${c}, v3.${c});`,
    )
    return loop(
      (deep / 4) * fours,
      `    let k = 4 * (unit % ${deep / 4});
    let at = unit / ${deep / 4};
    let first = ${base} + 4 * at;
${[...load, ...store].join('\n')}`,
    )
  }
  const load = [0, 1, 2, 3].map(
    (j) => `    if (first + ${j} < ${limit} && start + k < inner) {
      value[${j}] = ${loadText(cell, `${name}[${name}At + (first + ${j}) * ${outer} + (start + k) * ${inner}]`)};
    }`,
  )
  return loop(
    deep * fours,
    `    let k = unit % ${deep};
    let at = unit / ${deep};
    let first = ${base} + 4 * at;
    var value = ${vector}();
${load.join('\n')}
    ${name}Tile[k * ${fours} + at] = value;`,
  )
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** One tile of the product per workgroup; sums stay in registers, four results to a vector. */
export function tileBody({ tile, type, cell, aAccess, bAccess, rank, store }: TileText): string {
  const { rows, columns, high, wide, deep } = tile
  const lanes = rows * columns
  const fours = foursOf(tile)
  const loader = { type, cell, deep, lanes }
  const sums = range(high).flatMap((i) => range(wide / 4).map((j) => ({ i, j, name: `sum${i}_${j}` })))
  const aValues = range(high / 4).map(
    (i) => `      let a${i} = aTile[k * ${fours.a} + threadRow * ${high / 4} + ${i}];`,
  )
  // Neighbouring threads take neighbouring fours, so that they read different banks.
  const bValues = range(wide / 4).map((j) => `      let b${j} = bTile[k * ${fours.b} + threadColumn + ${j * columns}];`)
  const products = sums.map(({ i, j, name }) => `      ${name} += vec4<${type}>(a${i >> 2}.${'xyzw'[i & 3]}) * b${j};`)
  const columnText = ['x', 'y', 'z', 'w'].map(
    (c, j) => `if (column + ${j} < columns) { out[at + ${j} * outColumn] = ${store(`value.${c}`)}; }`,
  )
  const stores = sums.map(
    ({ i, j, name }) => `  {
    let row = rowBase + threadRow * ${high} + ${i};
    let column = columnBase + 4 * (threadColumn + ${j * columns});
    let value = ${name};
    let at = outAt + row * outRow + column * outColumn;
    if (row < rows) { ${columnText.join(' ')} }
  }`,
  )
  return `
  let tileColumns = (columns + ${columns * wide - 1}) / ${columns * wide};
  let tileRows = (rows + ${rows * high - 1}) / ${rows * high};
  if (block / (tileRows * tileColumns) * rows * columns >= results) { return; }
  let columnBase = (block % tileColumns) * ${columns * wide};
  let rowBase = ((block / tileColumns) % tileRows) * ${rows * high};
${walkText(rank, ['out', 'a', 'b'], 'block / (tileRows * tileColumns)')}
  let threadColumn = lane % ${columns};
  let threadRow = lane / ${columns};
${sums.map(({ name }) => `  var ${name} = vec4<${type}>();`).join('\n')}
  for (var start = 0; start < inner; start += ${deep}) {
  ${loadTile({ ...loader, access: aAccess, name: 'a', base: 'rowBase', limit: 'rows', outer: 'aRow', fours: fours.a })}
  ${loadTile({ ...loader, access: bAccess, name: 'b', base: 'columnBase', limit: 'columns', outer: 'bColumn', fours: fours.b })}
    workgroupBarrier();
    for (var k = 0; k < ${deep}; k++) {
${[...aValues, ...bValues, ...products].join('\n')}
    }
    workgroupBarrier();
  }
${stores.join('\n')}`
}
