import { formatValue } from '@metagrad/plot'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { formulaOf } from './formulas.ts'
import type { Progress } from './moments.ts'
import type { Preview, Tape, TapeOp } from './tape.ts'

interface CardProps {
  readonly tape: Tape
  readonly progress: Progress
  readonly position: number
}

const variables = ['x', 'y', 'z']

/** The current op: formula, inputs, result, and on the way back what comes in and what goes to each input. */
export function OpCard({ tape, progress, position }: CardProps): JSX.Element {
  const { current } = progress
  if (current === undefined) return <Start tape={tape} />
  const { op, phase } = current
  const formula = formulaOf(op.primitive)
  return (
    <aside class="op-card" aria-label="Op" data-position={position} data-op={op.id} data-phase={phase}>
      <header>
        <p class="quiet">
          {op.module} · {phase}
        </p>
        <h2>{op.primitive}</h2>
        <p class="formula">{formula.result}</p>
        {op.params !== '' && <p class="quiet">{op.params}</p>}
      </header>
      {phase === 'forward' ? (
        <Forward tape={tape} op={op} />
      ) : (
        <Backward tape={tape} op={op} gradients={formula.gradients} />
      )}
    </aside>
  )
}

function Start({ tape }: { readonly tape: Tape }): JSX.Element {
  const parameters = tape.tensors.filter(({ role }) => role === 'parameter')
  const count = parameters.reduce((sum, { value }) => sum + value.shape.reduce((a, b) => a * b, 1), 0)
  return (
    <aside class="op-card" aria-label="Op">
      <header>
        <p class="quiet">one training step</p>
        <h2>
          {tape.ops.length} ops, {parameters.length} parameters
        </h2>
      </header>
      <p>
        Forward computes the loss from a batch and {formatValue(count)} weights, and the tape records each op. Backward
        walks the same ops from the loss to the weights, multiplying derivatives: the chain rule.
      </p>
      <p class="quiet">
        Step with <kbd>.</kbd> and <kbd>,</kbd>, the arrows, or the slider. Every number is the engine’s own.
      </p>
    </aside>
  )
}

function Forward({ tape, op }: { readonly tape: Tape; readonly op: TapeOp }): JSX.Element {
  return (
    <>
      {op.inputs.map(({ tensor, isBroadcast }, i) => {
        const { label, role, value } = tape.tensors[tensor]!
        return (
          <Value
            key={i}
            title={`${variables[i] ?? `input ${i + 1}`} = ${label}`}
            note={isBroadcast ? 'repeated to the shape of the result' : roleNote(role)}
            value={value}
          />
        )
      })}
      {op.outputs.map((id, slot) => (
        <Value
          key={`out ${id}`}
          title={op.outputs.length === 1 ? 'result' : `result ${slot + 1}`}
          value={tape.tensors[id]!.value}
          strong
        />
      ))}
    </>
  )
}

const roleNote = (role: string): string => (role === 'parameter' ? 'parameter' : role === 'input' ? 'no gradient' : '')

interface BackwardProps {
  readonly tape: Tape
  readonly op: TapeOp
  readonly gradients: readonly string[]
}

function Backward({ tape, op, gradients }: BackwardProps): JSX.Element {
  return (
    <>
      {op.incoming.map(
        (incoming, slot) =>
          incoming && (
            <Value
              key={`in ${slot}`}
              title={op.outputs.length === 1 ? 'g, gradient of the result' : `g ${slot + 1}`}
              value={incoming}
              strong
              kind="incoming"
            />
          ),
      )}
      {op.inputs.map(({ tensor, local, accumulated, isBroadcast }, i) => {
        const { label } = tape.tensors[tensor]!
        const name = `${variables[i] ?? `input ${i + 1}`} = ${label}`
        if (local === undefined || accumulated === undefined) {
          return (
            <section key={i} class="value">
              <h3>{name}</h3>
              <p class="quiet">takes no gradient</p>
            </section>
          )
        }
        return (
          <div key={i} class="shares">
            <p class="formula small">
              to {name}: {gradients[Math.min(i, gradients.length - 1)]}
              {isBroadcast && ', summed over what was repeated'}
            </p>
            <Value title="share of this op" value={local} kind="local" tensor={tensor} />
            <Value title="gradient so far" value={accumulated} kind="accumulated" tensor={tensor} />
          </div>
        )
      })}
    </>
  )
}

interface ValueProps {
  readonly title: string
  readonly value: Preview
  readonly note?: string
  readonly strong?: boolean
  readonly kind?: 'incoming' | 'local' | 'accumulated'
  readonly tensor?: number
}

/** A tensor in short: shape, statistics, a heatmap, and the figures themselves. */
function Value({ title, value, note = '', strong = false, kind, tensor }: ValueProps): JSX.Element {
  const { shape, min, max, mean, norm, nonfinite, values, rows, columns } = value
  const isSingle = values.length === 1
  const total = shape.reduce((a, b) => a * b, 1)
  return (
    <section
      class={`value ${strong ? 'strong' : ''}`}
      data-kind={kind}
      data-tensor={tensor}
      data-values={kind && JSON.stringify(values)}
    >
      <h3>
        {title} <span class="quiet">{shape.length === 0 ? 'scalar' : `[${shape.join(', ')}]`}</span>
        {note !== '' && <span class="quiet note">{note}</span>}
      </h3>
      {isSingle ? (
        <p class="single">{figure(values[0]!)}</p>
      ) : (
        <>
          <Heatmap value={value} title={title} />
          <p class="quiet stats">
            {figure(min)} … {figure(max)}, mean {figure(mean)}, norm {figure(norm)}
            {nonfinite > 0 && `, ${nonfinite} not finite`}
          </p>
          <details>
            <summary>figures{rows * columns < total ? `: the first ${rows} × ${columns} of ${total}` : ''}</summary>
            <pre tabIndex={0}>{matrixText(value)}</pre>
          </details>
        </>
      )}
    </section>
  )
}

const figure = (value: number): string =>
  Number.isFinite(value) ? formatValue(Number(value.toPrecision(4))) : String(value)

function matrixText({ values, rows, columns }: Preview): string {
  const cells = values.map((value) => (Number.isFinite(value) ? value.toPrecision(4) : String(value)))
  const width = Math.max(...cells.map(({ length }) => length))
  return Array.from({ length: rows }, (_, row) =>
    cells
      .slice(row * columns, (row + 1) * columns)
      .map((cell) => cell.padStart(width))
      .join('  '),
  ).join('\n')
}

/** Signed values as a picture: blue above 0, orange below; the larger, the stronger. A tall matrix lies on its side. */
function Heatmap({ value, title }: { readonly value: Preview; readonly title: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { values, rows, columns } = value
  const isTall = rows > columns
  const [width, height] = isTall ? [rows, columns] : [columns, rows]
  useEffect(() => {
    const { current } = canvas
    const context = current?.getContext('2d')
    if (!current || !context) return
    const style = getComputedStyle(document.documentElement)
    const [positive, negative, empty] = ['--mg-series1', '--mg-series2', '--mg-surface'].map((name) =>
      style.getPropertyValue(name),
    )
    const largest = values.reduce((a, b) => (Number.isFinite(b) ? Math.max(a, Math.abs(b)) : a), 0)
    context.globalAlpha = 1
    context.fillStyle = empty!
    context.fillRect(0, 0, width, height)
    values.forEach((entry, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns]
      context.globalAlpha = Number.isFinite(entry) ? Math.abs(entry) / (largest || 1) : 1
      context.fillStyle = Number.isFinite(entry) ? (entry < 0 ? negative! : positive!) : '#000'
      context.fillRect(isTall ? row : column, isTall ? column : row, 1, 1)
    })
  }, [value])
  return (
    <canvas
      ref={canvas}
      class="heatmap"
      width={width}
      height={height}
      style={{ aspectRatio: `${width} / ${height}`, maxHeight: `${Math.max(16, Math.min(96, height * 16))}px` }}
      role="img"
      aria-label={`${title}: ${rows} by ${columns} values${isTall ? ', lying on its side' : ''}`}
    />
  )
}
