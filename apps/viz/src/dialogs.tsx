import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { App } from './app/app.ts'
import { shortcuts } from './app/keys.ts'
import { useStore } from './app/store.ts'
import { Dialog } from './ui/dialog.tsx'

/** What opens over the page. */
export function Dialogs({ app }: { readonly app: App }): JSX.Element {
  return (
    <>
      <HelpDialog app={app} />
      <ShareDialog app={app} />
    </>
  )
}

function HelpDialog({ app }: { readonly app: App }): JSX.Element {
  return (
    <Dialog app={app} name="help" title="Shortcuts">
      <dl class="keys">
        {shortcuts.map(({ shown, what }) => (
          <div key={shown}>
            <dt>
              <kbd>{shown}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function ShareDialog({ app }: { readonly app: App }): JSX.Element {
  const isOpen = useStore(app.store, (state) => state.dialog === 'share')
  const [link, setLink] = useState({ url: '', note: '' })
  const [copied, setCopied] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    setCopied(false)
    if (isOpen) void app.link().then(setLink)
  }, [isOpen])
  const copy = async (): Promise<void> => {
    field.current?.select()
    await navigator.clipboard.writeText(link.url)
    setCopied(true)
  }
  return (
    <Dialog app={app} name="share" title="Share">
      <p>Whoever opens this link sees the same data, network and settings, and gets the same numbers.</p>
      <div class="with-button">
        <label class="field">
          <span class="field-label">Link</span>
          <input ref={field} type="text" readOnly value={link.url} />
        </label>
        <button type="button" class="primary" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
      <p class="quiet">{link.note}</p>
    </Dialog>
  )
}
