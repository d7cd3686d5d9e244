import { themeVariables } from '@metagrad/plot'
import { useEffect, useState } from 'preact/hooks'
import type { ThemeChoice } from './state.ts'

const query = matchMedia('(prefers-color-scheme: dark)')

/** The theme that is shown: the choice, or what the system asks for. The charts' colours go with it. */
export function useTheme(choice: ThemeChoice): 'light' | 'dark' {
  const [isDark, setDark] = useState(query.matches)
  useEffect(() => {
    const listen = (): void => setDark(query.matches)
    query.addEventListener('change', listen)
    return () => query.removeEventListener('change', listen)
  }, [])
  const theme = choice === 'auto' ? (isDark ? 'dark' : 'light') : choice
  const root = document.documentElement
  if (root.dataset['theme'] !== theme) {
    root.dataset['theme'] = theme
    root.style.cssText = themeVariables(theme)
  }
  return theme
}
