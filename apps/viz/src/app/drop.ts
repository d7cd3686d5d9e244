import type { App } from './app.ts'

/** Most bytes of a file that the page reads as a table. */
const mostBytes = 32 * 1024 * 1024

/** Files dropped anywhere, and text pasted outside of a field: tables go to Train, runs to Runs. */
export function listenForFiles(app: App): void {
  const root = document.documentElement
  addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    root.dataset['dropping'] = ''
  })
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) delete root.dataset['dropping']
  })
  addEventListener('drop', (event) => {
    event.preventDefault()
    delete root.dataset['dropping']
    if (event.dataTransfer !== null) void open(app, event.dataTransfer)
  })
  addEventListener('paste', (event) => {
    const { target } = event
    if (target instanceof Element && target.closest('input, textarea')) return
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (!text.includes('\n')) return
    app.goTo('train')
    app.openFile('pasted.csv', new TextEncoder().encode(text))
  })
}

async function open(app: App, { files, items }: DataTransfer): Promise<void> {
  const all = [...files]
  const [file, ...more] = all
  // Taken before anything is loaded: what was dropped is gone after the event.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const isTable =
    more.length === 0 && entries[0]?.isDirectory !== true && /\.(csv|tsv|txt)(\.gz)?$/i.test(file?.name ?? '')
  if (file !== undefined && isTable) {
    app.goTo('train')
    await openTable(app, file)
    return
  }
  app.goTo('runs')
  const [{ filesOfEntries, filesOfInput }, { openRuns }] = await Promise.all([
    import('../runs/open-files.ts'),
    import('../runs/runs-screen.tsx'),
  ])
  // What a script drops has files, and no entries of a file system.
  await openRuns(app, entries.length > 0 ? await filesOfEntries(entries) : filesOfInput(all))
}

/** Reads a file that the user gave as a table. */
export async function openTable(app: App, file: File): Promise<void> {
  const notice = (text: string): void => app.store.dispatch({ type: 'notice', notice: text })
  if (file.size > mostBytes) {
    notice(`${file.name} has ${Math.round(file.size / 1e6)} MB; the page reads up to 32.`)
    return
  }
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch (error) {
    notice(`${file.name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return
  }
  app.openFile(file.name, bytes)
}
