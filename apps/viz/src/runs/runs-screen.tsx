import type { JSX } from 'preact'
import type { App } from '../app/app.ts'
export function RunsScreen(_: { readonly app: App }): JSX.Element {
  return <div />
}
