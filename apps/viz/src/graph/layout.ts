import * as dagre from '@dagrejs/dagre'
import type { Tape } from './tape.ts'

/** A rectangle in pixels, by its top left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An op or a leaf of the tape as a box. */
export interface GraphNode extends Box {
  readonly id: string
  readonly kind: 'op' | 'parameter' | 'input'
  /** Position of the op, or id of the tensor. */
  readonly index: number
  readonly label: string
  readonly detail: string
}

/** The layer that ops belong to. */
export interface GraphGroup extends Box {
  readonly label: string
}

/** A tensor on its way to an op. */
export interface GraphEdge {
  readonly id: string
  /** Id of the tensor. */
  readonly tensor: number
  /** Position of the op that takes it. */
  readonly to: number
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly carriesGradient: boolean
}

/** The tape as a picture. */
export interface GraphLayout {
  readonly width: number
  readonly height: number
  readonly nodes: readonly GraphNode[]
  readonly groups: readonly GraphGroup[]
  readonly edges: readonly GraphEdge[]
}

const shapeText = (shape: readonly number[]): string => (shape.length === 0 ? 'scalar' : shape.join(' × '))

const widthOf = (label: string, detail: string): number => Math.max(72, 22 + 7 * Math.max(label.length, detail.length))

/** Places ops in layers from top to bottom, those of a layer of the model inside a box. */
export function layOutTape(tape: Tape): GraphLayout {
  const graph = new dagre.graphlib.Graph({ compound: true, multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 18, ranksep: 32, marginx: 16, marginy: 16 })
  graph.setDefaultEdgeLabel(() => ({}))

  const nodes = new Map<string, Omit<GraphNode, keyof Box>>()
  const addNode = (node: Omit<GraphNode, keyof Box>, group: string | undefined): void => {
    nodes.set(node.id, node)
    graph.setNode(node.id, { width: widthOf(node.label, node.detail), height: 40 })
    if (group !== undefined) graph.setParent(node.id, group)
  }
  const groups = [...new Set(tape.ops.map(({ module }) => module))]
  for (const group of groups) graph.setNode(`group ${group}`, {})

  const edges: Omit<GraphEdge, 'points'>[] = []
  for (const op of tape.ops) {
    const group = `group ${op.module}`
    const output = tape.tensors[op.outputs[0]!]!
    addNode(
      { id: `op ${op.id}`, kind: 'op', index: op.id, label: op.primitive, detail: shapeText(output.value.shape) },
      group,
    )
    op.inputs.forEach(({ tensor, local }, slot) => {
      const { role, label, value, op: maker } = tape.tensors[tensor]!
      // A constant used in several places would pull them together: it gets a box at each.
      const from =
        maker !== undefined ? `op ${maker}` : role === 'parameter' ? `leaf ${tensor}` : `leaf ${tensor} ${op.id}`
      if (maker === undefined && !nodes.has(from)) {
        const kind = role === 'parameter' ? 'parameter' : 'input'
        addNode(
          { id: from, kind, index: tensor, label, detail: shapeText(value.shape) },
          role === 'parameter' ? group : undefined,
        )
      }
      const id = `${from} > ${op.id} ${slot}`
      graph.setEdge(from, `op ${op.id}`, {}, id)
      edges.push({ id, tensor, to: op.id, carriesGradient: local !== undefined })
    })
  }
  dagre.layout(graph)

  const boxOf = (id: string): Box => {
    const { x, y, width, height } = graph.node(id)
    return { x: x - width / 2, y: y - height / 2, width, height }
  }
  const { width = 0, height = 0 } = graph.graph()
  const links: readonly Link[] = graph.edges()
  const routes = new Map(links.map((link) => [link.name, routeOf(graph.edge(link))]))
  return {
    width,
    height,
    nodes: [...nodes.values()].map((node) => ({ ...node, ...boxOf(node.id) })),
    groups: groups.map((label) => ({ label, ...withHeading(boxOf(`group ${label}`), label) })),
    edges: edges.map((edge) => ({ ...edge, points: routes.get(edge.id) ?? [] })),
  }
}

/** A box with room for its name above what it holds. */
function withHeading({ x, y, width, height }: Box, label: string): Box {
  const wide = Math.max(width, 20 + 6.5 * label.length)
  return { x: x - (wide - width) / 2, y: y - 16, width: wide, height: height + 22 }
}

// What dagre's own types leave open.
interface Link {
  readonly v: string
  readonly w: string
  readonly name?: string
}

function routeOf({
  points = [],
}: {
  readonly points?: readonly { readonly x: number; readonly y: number }[]
}): [number, number][] {
  return points.map(({ x, y }) => [x, y])
}
