import { expect, it } from 'vitest'
import { performancePage } from './page.ts'

it("a run replaces the table of its own version of Node and leaves the others'", () => {
  const [own] = process.versions.node.split('.')
  const first = performancePage('# Performance\n\n## Node 1\n\n| old | table |\n\nA machine.\n', '| a | 1 |')
  const second = performancePage(first, '| a | 2 |')
  expect(first).toContain(`## Node 1\n\n| old | table |\n\nA machine.\n\n## Node ${own}\n\n| a | 1 |\n`)
  expect(second).toBe(first.replace('| a | 1 |', '| a | 2 |'))
})
