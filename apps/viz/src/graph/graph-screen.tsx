import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { App } from '../app/app.ts'
import { useStore } from '../app/store.ts'
import { IconButton } from '../ui/icons.tsx'
import { GraphPicture } from './graph-picture.tsx'
import { momentsOf, progressAt } from './moments.ts'
import { OpCard } from './op-card.tsx'
import type { Tape } from './tape.ts'

/** The tape of the next training step, op by op. */
export function GraphScreen({ app }: { readonly app: App }): JSX.Element {
  const { status, tape, layout, position, step } = useStore(app.store, (state) => state.graph)
  const train = useStore(app.store, (state) => state.train.status)
  const now = useStore(app.store, (state) => state.train.step)
  useEffect(() => {
    if (app.store.get().graph.status === 'none' && train === 'ready') app.recordTape()
  }, [train])
  const progress = useMemo(() => tape && progressAt(tape, position), [tape, position])
  if (train === 'refused') {
    return (
      <div class="empty" role="status">
        <h2>No model yet</h2>
        <p>The tape is that of a training step. Choose data on the Train screen first.</p>
        <button type="button" onClick={() => app.goTo('train')}>
          Go to Train
        </button>
      </div>
    )
  }
  if (tape === undefined || layout === undefined || progress === undefined || status === 'none') {
    return (
      <div class="empty" role="status">
        <p>Recording a step …</p>
      </div>
    )
  }
  return (
    <div class="graph">
      <Strip app={app} tape={tape} position={position} />
      {now !== step && (
        <p class="graph-stale quiet">
          This is the tape of step {step + 1}; training has gone on to step {now}.{' '}
          <button type="button" onClick={app.recordTape}>
            Record step {now + 1}
          </button>
        </p>
      )}
      <GraphPicture app={app} tape={tape} layout={layout} progress={progress} />
      <OpCard tape={tape} progress={progress} position={position} />
      <TapeList app={app} tape={tape} position={position} />
    </div>
  )
}

interface StripProps {
  readonly app: App
  readonly tape: Tape
  readonly position: number
}

function Strip({ app, tape, position }: StripProps): JSX.Element {
  const moments = momentsOf(tape)
  const forward = tape.ops.length
  const current = moments[position - 1]
  const where =
    current === undefined
      ? 'before the first op'
      : `${current.phase} ${current.phase === 'forward' ? position : position - forward} of ${current.phase === 'forward' ? forward : tape.backward.length}: ${current.op.primitive}`
  return (
    <div class="strip">
      <div class="strip-buttons" role="group" aria-label="Tape">
        <IconButton
          icon="first"
          label="To the start"
          disabled={position === 0}
          onClick={() => app.moveBy(-moments.length)}
        />
        <IconButton icon="previous" label="Previous op (,)" disabled={position === 0} onClick={() => app.moveBy(-1)} />
        <IconButton
          icon="next"
          label="Next op (.)"
          disabled={position === moments.length}
          onClick={() => app.moveBy(1)}
        />
        <IconButton
          icon="last"
          label="To the end"
          disabled={position === moments.length}
          onClick={() => app.moveBy(moments.length)}
        />
      </div>
      <div class="strip-slider">
        <input
          type="range"
          min={0}
          max={moments.length}
          step={1}
          value={position}
          aria-label="Position on the tape"
          aria-valuetext={where}
          onInput={({ currentTarget }) => app.store.dispatch({ type: 'moment', position: Number(currentTarget.value) })}
        />
        <div
          class="strip-phases"
          style={{ gridTemplateColumns: `${forward}fr ${tape.backward.length}fr` }}
          aria-hidden="true"
        >
          <span class={position <= forward ? 'now' : ''}>forward</span>
          <span class={position > forward ? 'now' : ''}>backward</span>
        </div>
      </div>
      <output class="strip-where">{where}</output>
    </div>
  )
}

/** The tape in words: the same selection, for readers of text. */
function TapeList({ app, tape, position }: StripProps): JSX.Element {
  const moments = momentsOf(tape)
  const list = useRef<HTMLElement>(null)
  useEffect(() => {
    const { current } = list
    const row = current?.querySelector<HTMLElement>('[aria-current]')
    if (!current || !row) return
    // Only the list moves: on a phone the page must stay where it is.
    const [top, bottom] = [row.offsetTop - current.offsetTop, row.offsetTop - current.offsetTop + row.offsetHeight]
    if (top < current.scrollTop) current.scrollTop = top - 40
    else if (bottom > current.scrollTop + current.clientHeight) current.scrollTop = bottom - current.clientHeight + 40
  }, [position])
  return (
    <section ref={list} class="tape-list" aria-label="Tape as a list">
      <h2>Tape</h2>
      <ol>
        {moments.map(({ phase, op }, i) => (
          <li key={i}>
            <button
              type="button"
              class={i + 1 < position ? 'done' : ''}
              aria-current={i + 1 === position ? 'step' : undefined}
              onClick={() => app.store.dispatch({ type: 'moment', position: i + 1 })}
            >
              <span class={`phase ${phase}`}>{phase === 'forward' ? '→' : '←'}</span>
              <span class="visually-hidden">{phase} </span>
              <code>{op.primitive}</code>
              <span class="quiet">{op.module}</span>
              <span class="quiet shape">{shapeText(tape.tensors[op.outputs[0]!]!.value.shape)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join('×')
}
