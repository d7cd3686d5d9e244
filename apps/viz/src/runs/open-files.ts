import type { OpenedFile } from './read-runs.ts'

const opened = (path: string, file: File): OpenedFile => ({
  path,
  bytes: async () => new Uint8Array(await file.arrayBuffer()),
})

/** Files of a file input; a folder's keep their paths. */
export function filesOfInput(list: Iterable<File>): OpenedFile[] {
  return [...list].map((file) => opened(file.webkitRelativePath || file.name, file))
}

/** Files and folders that were dropped, folders with all that is in them. */
export async function filesOfEntries(entries: readonly FileSystemEntry[]): Promise<OpenedFile[]> {
  const found = await Promise.all(entries.map((entry) => filesOfEntry(entry)))
  return found.flat()
}

async function filesOfEntry(entry: FileSystemEntry): Promise<OpenedFile[]> {
  const path = entry.fullPath.replace(/^\//, '')
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    return [opened(path, file)]
  }
  return isDirectory(entry) ? filesOfDirectory(entry) : []
}

async function filesOfDirectory(directory: FileSystemDirectoryEntry): Promise<OpenedFile[]> {
  const reader = directory.createReader()
  const files: OpenedFile[] = []
  // A reader gives its entries in batches, the last one empty.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (batch.length === 0) return files
    for (const entry of batch) files.push(...(await filesOfEntry(entry)))
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
