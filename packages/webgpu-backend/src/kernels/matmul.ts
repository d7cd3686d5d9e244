import type { Kernel, View } from '@metagrad/tensor'
import { Layout } from '@metagrad/tensor'
import { LANES } from '../engine/constants.ts'
import type { Cell } from '../engine/storage.ts'
import { cellOf, engineOf, storageOf } from '../engine/storage.ts'
import type { Binding } from '../wgsl/module.ts'
import { withLayout } from './temporary.ts'
import type { Tile } from './tile.ts'
import { tileBody, tileShared } from './tile.ts'
import { loadText, storeText, valueType } from './values.ts'
import { treeText } from './reduce.ts'
import { groupsFor, walkNames, walkText, walkViews, walkWords } from './walk.ts'

/** How the elements of one operand's matrices are read into tiles: one by one, or four at once along one of its dims. */
export type Access = 'each' | 'fourAlongInner' | 'fourAlongOuter'

/** 32 x 32 results by 64 threads: enough workgroups even for small products. */
const smallTile: Tile = { rows: 8, columns: 8, high: 4, wide: 4, deep: 16 }
/** 128 x 128 results by 256 threads: most arithmetic per element read. */
const largeTile: Tile = { rows: 16, columns: 16, high: 8, wide: 8, deep: 8 }

type Method = 'thread' | 'workgroup' | 'smallTile' | 'largeTile'

interface Sizes {
  readonly batch: number
  readonly rows: number
  readonly inner: number
  readonly columns: number
}

/** Below so many multiplications the tiles' loads and barriers cost more than they save. */
const FEW_PRODUCTS = 32 * 1024

/** Who computes a result: a thread, a workgroup that shares the sum (long sums, few results), or a tile of them. */
export function chooseMethod({ batch, rows, inner, columns }: Sizes, columnStep: number): Method {
  const results = batch * rows * columns
  const line = rows === 1 || columns === 1
  // A row times a matrix with neighbouring columns: threads side by side read side by side.
  if (rows === 1 && columnStep === 1 && columns >= 256) return 'thread'
  if (inner >= 64 && (line || results <= 1024)) return 'workgroup'
  if (line || results * inner <= FEW_PRODUCTS) return 'thread'
  return rows >= 256 && columns >= 256 && inner >= 32 ? 'largeTile' : 'smallTile'
}

const threadBody = (sum: string, store: string): string => `
  let item = block * ${LANES} + lane;
  if (item >= results) { return; }
  var total = zero;
  POSITIONS
  for (var k = 0; k < inner; k++) { ${sum} }
  ${store}`

const workgroupBody = (sum: string, store: string, type: string): string => `
  let item = block;
  if (item >= results) { return; }
  var total = zero;
  POSITIONS
  for (var k = lane; k < inner; k += ${LANES}) { ${sum} }
${treeText(type, LANES, 'total', 'plus')}
  ${store}`

const positions = (rank: number): string => `
  let column = item % columns;
  let row = (item / columns) % rows;
${walkText(rank, ['out', 'a', 'b'], 'item / (rows * columns)')}
  let left = aAt + row * aRow;
  let right = bAt + column * bColumn;`

/** Four at once along a dim: its elements touch, and everything else moves by whole fours. */
function fours(view: View, touching: number, other: number, size: number, start: number): boolean {
  const { strides, offset, shape } = view.layout
  const batch = strides.slice(0, -2).every((stride, dim) => stride % 4 === 0 || shape[dim] === 1)
  return touching === 1 && other % 4 === 0 && size % 4 === 0 && (offset + start) % 4 === 0 && batch
}

function accessOf(view: View, inner: number, outer: number): Access {
  const { shape, strides } = view.layout
  const at = (dim: number): number => strides.at(dim)!
  if (fours(view, at(inner), at(outer), shape.at(inner)!, 0)) return 'fourAlongInner'
  return fours(view, at(outer), at(inner), shape.at(outer)!, 0) ? 'fourAlongOuter' : 'each'
}

const cellText = (cell: Cell, access: Access): string => (access === 'each' ? cell : `vec4<${cell}>`)

/** The leading dims alone. */
function batchOf(view: View): View {
  const { shape, strides, offset } = view.layout
  return withLayout(view, new Layout(shape.slice(0, -2), strides.slice(0, -2), offset))
}

export const matmul: Kernel<'matmul'> = ([out], [a, b]) => {
  const engine = engineOf(out!)
  const { shape } = out!.layout
  const [rows, columns, inner] = [shape.at(-2)!, shape.at(-1)!, a!.layout.shape.at(-1)!]
  const walk = walkViews(shape.slice(0, -2), [out!, a!, b!].map(batchOf))
  const batch = walk.numel
  const results = batch * rows * columns
  if (results === 0) return
  const bColumn = b!.layout.strides.at(-1)!
  const method = chooseMethod({ batch, rows, inner, columns }, bColumn)
  const type = valueType(out!.dtype)
  const cell = cellOf(out!.dtype)
  const tiled = method === 'smallTile' || method === 'largeTile'
  const tile = method === 'largeTile' ? largeTile : smallTile
  // The inner dim is A's last and B's last but one.
  const [aAccess, bAccess]: [Access, Access] = tiled ? [accessOf(a!, -1, -2), accessOf(b!, -2, -1)] : ['each', 'each']
  const sum = `total += ${loadText(cell, 'a[left + k * aInner]')} * ${loadText(cell, 'b[right + k * bInner]')};`
  const store = `out[outAt + row * outRow + column * outColumn] = ${storeText(out!.dtype, 'total')};`
  const source = () => {
    const bindings: Binding[] = [
      { name: 'out', cell, writes: true },
      { name: 'a', cell: cellText(cell, aAccess), writes: false },
      { name: 'b', cell: cellText(cell, bAccess), writes: false },
    ]
    const body = tiled
      ? tileBody({
          tile,
          type,
          cell,
          aAccess,
          bAccess,
          rank: walk.rank,
          store: (value) => storeText(out!.dtype, value),
        })
      : (method === 'thread' ? threadBody(sum, store) : workgroupBody(sum, store, type)).replace(
          'POSITIONS',
          positions(walk.rank),
        )
    const shared = `var<workgroup> shared_${type}: array<${type}, ${LANES}>;
fn plus(a: ${type}, b: ${type}) -> ${type} { return a + b; }`
    return {
      bindings,
      words: [
        'results', 'rows', 'inner', 'columns', 'aRow', 'aInner', 'bInner', 'bColumn', 'outRow', 'outColumn',
        ...walkNames(walk.rank, ['out', 'a', 'b']),
      ], // prettier-ignore
      declarations: tiled ? tileShared(tile, type) : method === 'workgroup' ? shared : '',
      lanes: tiled ? tile.rows * tile.columns : LANES,
      body: `  let zero = ${type}(0);\n${body}`,
    }
  }
  const tiles = (tileSize: Tile): number =>
    batch * Math.ceil(rows / (tileSize.rows * tileSize.high)) * Math.ceil(columns / (tileSize.columns * tileSize.wide))
  engine.run({
    op: 'matmul',
    key: `matmul ${method} ${out!.dtype} ${aAccess} ${bAccess} ${walk.rank}`,
    source,
    buffers: [out!, a!, b!].map((view) => storageOf(view).buffer),
    words: [
      results,
      rows,
      inner,
      columns,
      a!.layout.strides.at(-2)!,
      a!.layout.strides.at(-1)!,
      b!.layout.strides.at(-2)!,
      bColumn,
      out!.layout.strides.at(-2)!,
      out!.layout.strides.at(-1)!,
      ...walkWords(walk),
    ],
    groups: tiled ? tiles(tile) : method === 'workgroup' ? results : groupsFor(results),
  })
}
