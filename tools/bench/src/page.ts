import { pictures } from './pictures.ts'

const node = `Node ${process.versions.node.split('.')[0]}`

const head = `# Performance

Written by \`pnpm bench --markdown docs/performance.md\`. Each version of Node has a table, which a run of it replaces; another version runs the same
build: \`npx -y -p node@24 -- node tools/bench/dist/main.js --markdown docs/performance.md\`. From Node 22 on the kernels are those of relaxed SIMD.
"Kernels by hand" is the floor: the kernels of the step called at fixed addresses in a plain loop. "PyTorch, memory kept" is PyTorch whose
allocator gives nothing back to the system (glibc's thresholds raised): as it comes, some of its rows are mostly pages that are asked for anew,
and these are dear on this machine. "x PyTorch" is by PyTorch as it comes: where the two are far apart, go by the second.
\`docs/decisions/0008-bounds.md\` tells what bounds the rows.
`

const growth = `## Cost as the work grows

Drawn by \`pnpm bench:growth\`.

${pictures.map(({ file, title }) => `![${title}](pictures/${file})\n`).join('\n')}`

/** The page with this version's table in place of its last one; tables of other versions stay. */
export function performancePage(before: string, report: string): string {
  const tables = new Map<string, string>()
  for (const [, name = '', text = ''] of before.matchAll(/^## (Node \d+)\n\n(.*?)(?=^## |(?![^]))/gmsu)) {
    tables.set(name, text.trimEnd())
  }
  tables.set(node, report.trimEnd())
  const sections = [...tables].sort().map(([name, text]) => `## ${name}\n\n${text}\n`)
  return [head, ...sections, growth].join('\n')
}
