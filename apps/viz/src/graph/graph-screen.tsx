import type { JSX } from 'preact'
import type { App } from '../app/app.ts'
export function GraphScreen(_: { readonly app: App }): JSX.Element {
  return <div />
}
