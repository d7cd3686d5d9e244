/** What grows in a picture. */
export type Family = 'add' | 'batch' | 'depth'

/** The pictures of growing work, in `docs/pictures`. */
export const pictures: readonly {
  readonly family: Family
  readonly file: string
  readonly title: string
  readonly xTitle: string
}[] = [
  { family: 'add', file: 'growth-add.svg', title: 'Addition of two vectors', xTitle: 'elements' },
  {
    family: 'batch',
    file: 'growth-batch.svg',
    title: 'Training step of an MLP 784-128-64-10 with Adam',
    xTitle: 'rows in a batch',
  },
  {
    family: 'depth',
    file: 'growth-depth.svg',
    title: 'Training step of a chain of layers 32-32 on 16 rows with SGD',
    xTitle: 'layers, each with a ReLU',
  },
]
