import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { App } from '../app/app.ts'
import type { AppState } from '../app/state.ts'
import { useStore } from '../app/store.ts'
import { IconButton } from './icons.tsx'

interface DialogProps {
  readonly app: App
  readonly name: AppState['dialog']
  readonly title: string
  readonly children: ComponentChildren
}

/** A modal sheet: the browser's own, so that focus and Escape are right. */
export function Dialog({ app, name, title, children }: DialogProps): JSX.Element {
  const isOpen = useStore(app.store, (state) => state.dialog === name)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  const close = (): void => {
    if (app.store.get().dialog === name) app.store.dispatch({ type: 'dialog', dialog: 'none' })
  }
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      {isOpen && (
        <div class="dialog-body">
          <header class="group-head">
            <h2>{title}</h2>
            <IconButton icon="close" label="Close" onClick={close} />
          </header>
          {children}
        </div>
      )}
    </dialog>
  )
}
