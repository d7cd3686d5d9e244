import { line, curveBasis } from 'd3-shape'
import { select } from 'd3-selection'
import { zoom, zoomIdentity } from 'd3-zoom'
import type { ZoomBehavior } from 'd3-zoom'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { App } from '../app/app.ts'
import { IconButton } from '../ui/icons.tsx'
import type { GraphLayout, GraphNode } from './layout.ts'
import type { Progress } from './moments.ts'
import { momentsOf } from './moments.ts'
import type { Tape } from './tape.ts'

interface PictureProps {
  readonly app: App
  readonly tape: Tape
  readonly layout: GraphLayout
  readonly progress: Progress
}

const curve = line<readonly [number, number]>().curve(curveBasis)

/** The tape as a layered graph: layers of the model are boxes; done is solid, current has a ring, the rest is faint. */
export function GraphPicture({ app, tape, layout, progress }: PictureProps): JSX.Element {
  const svg = useRef<SVGSVGElement>(null)
  const plane = useRef<SVGGElement>(null)
  const zooming = useRef<ZoomBehavior<SVGSVGElement, unknown>>(undefined)
  const { current: moment, forward, backward, gradients } = progress

  /** Shows the graph from its top: the whole of it, or as large as it can be read. */
  const fit = (isWhole: boolean): void => {
    const { current } = svg
    if (current === null || zooming.current === undefined) return
    const { clientWidth, clientHeight } = current
    const across = (clientWidth - 24) / layout.width
    const scale = Math.min(1.1, isWhole ? Math.min(across, (clientHeight - 24) / layout.height) : Math.max(0.7, across))
    const x = isWhole || across >= scale ? (clientWidth - layout.width * scale) / 2 : 12
    select(current).call(zooming.current.transform, zoomIdentity.translate(x, 12).scale(scale))
  }

  useEffect(() => {
    const { current } = svg
    if (current === null) return
    zooming.current = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.2, 3])
      .on('zoom', ({ transform }: { readonly transform: { toString(): string } }) =>
        plane.current?.setAttribute('transform', transform.toString()),
      )
    select(current).call(zooming.current)
    fit(false)
  }, [layout])

  // Keeps the current op in sight.
  useEffect(() => {
    const { current } = svg
    const node = moment && layout.nodes.find(({ id }) => id === `op ${moment.op.id}`)
    if (current === null || node === undefined || zooming.current === undefined) return
    const box = current.querySelector(`[data-node="${node.id}"]`)?.getBoundingClientRect()
    const frame = current.getBoundingClientRect()
    if (box === undefined) return
    const isInside =
      box.left >= frame.left + 8 &&
      box.right <= frame.right - 8 &&
      box.top >= frame.top + 8 &&
      box.bottom <= frame.bottom - 8
    if (!isInside) {
      select(current).call(zooming.current.translateTo, node.x + node.width / 2, node.y + node.height / 2)
    }
  }, [moment, layout])

  const isKnown = (node: GraphNode): boolean =>
    node.kind === 'op'
      ? forward.has(node.index)
      : tape.ops.some(({ id, inputs }) => forward.has(id) && inputs.some(({ tensor }) => tensor === node.index))
  const hasGradient = (node: GraphNode): boolean =>
    node.kind === 'op' ? backward.has(node.index) : node.kind === 'parameter' && gradients.has(node.index)
  const choose = (node: GraphNode): void => {
    const moments = momentsOf(tape)
    const wanted =
      node.kind === 'op'
        ? node.index
        : tape.ops.find(({ inputs }) => inputs.some(({ tensor }) => tensor === node.index))?.id
    const at = moments.findIndex(({ phase, op }) => op.id === wanted && phase === (moment?.phase ?? 'forward'))
    if (at >= 0) app.store.dispatch({ type: 'moment', position: at + 1 })
  }
  return (
    <section class="graph-picture" aria-label="Graph">
      <svg
        ref={svg}
        // As SVG spells it: its attributes know upper and lower case.
        tabindex={0}
        role="group"
        aria-label={`Graph of ${tape.ops.length} ops; arrow keys walk along the tape`}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
          if (by === undefined) return
          event.preventDefault()
          app.moveBy(by)
        }}
      >
        <g ref={plane}>
          {layout.groups.map(({ label, x, y, width, height }) => (
            <g key={label} class={`graph-group ${moment?.op.module === label ? 'current' : ''}`}>
              <rect x={x} y={y} width={width} height={height} rx={8} />
              <text x={x + 8} y={y + 14}>
                {label}
              </text>
            </g>
          ))}
          {layout.edges.map(({ id, tensor, to, points, carriesGradient }) => {
            const isDone = forward.has(to)
            const isBack = carriesGradient && backward.has(to)
            const isCurrent = moment?.op.id === to && (moment.phase === 'forward' || carriesGradient)
            return (
              <path
                key={id}
                d={curve(points) ?? ''}
                class={`graph-edge ${isDone ? 'done' : ''} ${isBack ? 'back' : ''} ${isCurrent ? 'current' : ''}`}
                data-tensor={tensor}
              />
            )
          })}
          {layout.nodes.map((node) => {
            const isCurrent = node.kind === 'op' && moment?.op.id === node.index
            const state = [
              isKnown(node) && 'done',
              hasGradient(node) && 'back',
              isCurrent && `current ${moment!.phase}`,
            ]
            return (
              <g
                key={node.id}
                class={`graph-node ${node.kind} ${state.filter(Boolean).join(' ')}`}
                data-node={node.id}
                transform={`translate(${node.x},${node.y})`}
                onClick={() => choose(node)}
              >
                <rect class="ring" x={-4} y={-4} width={node.width + 8} height={node.height + 8} rx={10} />
                <rect class="body" width={node.width} height={node.height} rx={node.kind === 'op' ? 6 : 20} />
                <text x={node.width / 2} y={17} text-anchor="middle" class="label">
                  {node.label}
                </text>
                <text x={node.width / 2} y={31} text-anchor="middle" class="detail">
                  {node.detail}
                </text>
              </g>
            )
          })}
        </g>
      </svg>
      <div class="graph-tools">
        <IconButton icon="fit" label="Show the whole graph" onClick={() => fit(true)} />
      </div>
      <p class="graph-key quiet" aria-hidden="true">
        <span class="key forward" /> forward done <span class="key back" /> gradient passed <span class="key current" />{' '}
        now
      </p>
    </section>
  )
}
