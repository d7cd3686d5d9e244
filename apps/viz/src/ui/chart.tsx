import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { IconButton } from './icons.tsx'
import { saveFile, savePng } from './save-file.ts'
import { useThrottled } from './use-throttled.ts'
import { useWidth } from './use-width.ts'

/** A chart's data as a table: the same numbers, for readers and for spreadsheets. */
export interface ChartTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (number | string)[])[]
}

interface ChartProps {
  /** Name of files, and id inside the SVG: a letter, then letters, digits and hyphens. */
  readonly id: string
  readonly title: string
  readonly height: number
  /** Draws the chart. Called again when `version` or the size changes. */
  readonly draw: (size: {
    readonly width: number
    readonly height: number
    readonly theme: 'auto' | 'light' | 'dark'
  }) => string
  readonly table: () => ChartTable
  /** Changes whenever the data does. */
  readonly version: unknown
  /** Controls beside the title. */
  readonly children?: JSX.Element
}

/** Least milliseconds between two drawings of a chart that changes all the time. */
export const redrawMs = 500
/** Least share of the time that is left for all else: a chart of very many points is drawn anew less often. */
const restPerDrawing = 20
const mostRows = 200

/** A chart of `@metagrad/plot` on the page: drawn again as data comes, as a table on demand, saved as SVG, PNG or CSV. */
export function Chart({ id, title, height, draw, table, version, children }: ChartProps): JSX.Element {
  const [holder, width] = useWidth()
  // Of the last two drawings the quicker counts: the first of all runs code that is not compiled yet, and any may be interrupted.
  const costs = useRef<readonly [number, number]>([0, 0])
  const shown = useThrottled(version, Math.max(redrawMs, Math.min(...costs.current) * restPerDrawing))
  const [isTable, setTable] = useState(false)
  const svg = useMemo(() => {
    const begun = performance.now()
    const drawn = width < 200 ? '' : draw({ width, height, theme: 'auto' })
    costs.current = [costs.current[1], performance.now() - begun]
    return drawn
    // The draw function is new at each call; the version says when its data is.
  }, [width, height, shown])
  const rows = useMemo(() => (isTable ? table() : undefined), [isTable, shown])
  const save = (kind: 'svg' | 'png' | 'csv'): void => {
    if (kind === 'csv') {
      saveFile(`${id}.csv`, 'text/csv', csvOf(table()))
      return
    }
    const theme = document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light'
    const picture = draw({ width: 720, height: 440, theme })
    if (kind === 'svg') saveFile(`${id}.svg`, 'image/svg+xml', picture)
    else void savePng(`${id}.png`, picture, { width: 720, height: 440 })
  }
  return (
    <section class="chart" aria-label={title}>
      <header class="chart-head">
        <h3>{title}</h3>
        {children}
        <span class="spacer" />
        <IconButton
          icon="table"
          label={isTable ? `${title}: show the chart` : `${title}: show the table`}
          pressed={isTable}
          onClick={() => setTable(!isTable)}
        />
        <SaveMenu title={title} onSave={save} />
      </header>
      <div ref={holder} class="chart-body" style={{ minHeight: `${height}px` }}>
        {rows ? <Table table={rows} title={title} height={height} /> : <Picture svg={svg} />}
      </div>
    </section>
  )
}

/** A picture as it was drawn. Preact would write out the old one to compare it with. */
function Picture({ svg }: { readonly svg: string }): JSX.Element {
  const holder = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (holder.current !== null) holder.current.innerHTML = svg
  }, [svg])
  return <div ref={holder} />
}

function SaveMenu({
  title,
  onSave,
}: {
  readonly title: string
  readonly onSave: (kind: 'svg' | 'png' | 'csv') => void
}): JSX.Element {
  const [isOpen, open] = useState(false)
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const close = (event: Event): void => {
      if (
        event instanceof KeyboardEvent
          ? event.key === 'Escape'
          : !holder.current?.contains(event.target instanceof Node ? event.target : null)
      )
        open(false)
    }
    addEventListener('pointerdown', close)
    addEventListener('keydown', close)
    return () => {
      removeEventListener('pointerdown', close)
      removeEventListener('keydown', close)
    }
  }, [isOpen])
  return (
    <div class="menu" ref={holder}>
      <button
        type="button"
        class="icon-button"
        aria-expanded={isOpen}
        aria-label={`${title}: save`}
        title="Save"
        onClick={() => open(!isOpen)}
      >
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
          <path d="M10 3.5v9M6.5 9 10 12.5 13.5 9M4 16h12" />
        </svg>
      </button>
      {isOpen && (
        <div class="menu-items">
          {(['svg', 'png', 'csv'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              onClick={() => {
                open(false)
                onSave(kind)
              }}
            >
              {kind.toUpperCase()}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

function Table({
  table,
  title,
  height,
}: {
  readonly table: ChartTable
  readonly title: string
  readonly height: number
}): JSX.Element {
  const { columns, rows } = table
  const left = rows.length - mostRows
  return (
    <div
      class="table-scroll"
      style={{ maxHeight: `${height}px` }}
      tabIndex={0}
      role="region"
      aria-label={`${title}, as a table`}
    >
      <table class="numbers">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(-mostRows).map((row, i) => (
            <tr key={i}>
              {row.map((cell, k) => (
                <td key={k}>{typeof cell === 'number' ? Number(cell.toPrecision(6)) : cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && <p class="quiet">{left} earlier rows are in the CSV.</p>}
    </div>
  )
}

function csvOf({ columns, rows }: ChartTable): string {
  const cell = (value: number | string): string =>
    typeof value === 'string' && /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value)
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('')
}
