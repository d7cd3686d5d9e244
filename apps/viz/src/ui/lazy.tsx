import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { App } from '../app/app.ts'

/** A part of the page that needs nothing but the app. */
export type AppPart = ComponentType<{ readonly app: App }>

/** A part whose code is fetched when it is first shown. */
export function Lazy({ load, app }: { readonly load: () => Promise<AppPart>; readonly app: App }): JSX.Element | null {
  const [loaded, setLoaded] = useState<{ readonly load: typeof load; readonly Part: AppPart }>()
  useEffect(() => {
    let current = true
    void load().then((Part) => current && setLoaded({ load, Part }))
    return () => {
      current = false
    }
  }, [load])
  return loaded?.load === load ? <loaded.Part app={app} /> : null
}
