import type { JSX } from 'preact'

// Strokes on a grid of 20.
const paths = {
  train: 'M3 14.5 7 9l3.5 3.5L17 4.5M13 4.5h4v4',
  graph: 'M10 3.5v3M10 9.5 5.5 13M10 9.5l4.5 3.5M7.5 6.5h5v3h-5zM3 13h5v3.5H3zM12 13h5v3.5h-5z',
  runs: 'M3 5h14M3 10h9M3 15h6M15 12.5v5M12.5 15h5',
  play: 'M6 4.5v11l9-5.5z',
  pause: 'M6.5 4.5v11M13.5 4.5v11',
  batch: 'M5 5v10l7-5zM15 5v10',
  epoch: 'M3 5v10l6-5zM9.5 5v10l6-5zM17 5v10',
  reset: 'M4.5 4.5v4h4M4.8 8.3A6 6 0 1 1 4 11.5',
  share: 'M8 12l4.5-4.5M7 9l-2.2 2.2a2.9 2.9 0 0 0 4.1 4.1L11 13M13 11l2.2-2.2a2.9 2.9 0 0 0-4.1-4.1L9 7',
  light:
    'M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z',
  dark: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z',
  auto: 'M10 3a7 7 0 1 0 0 14V3ZM10 3a7 7 0 0 1 0 14',
  plus: 'M10 4.5v11M4.5 10h11',
  minus: 'M4.5 10h11',
  close: 'M5 5l10 10M15 5 5 15',
  previous: 'M12.5 4.5 7 10l5.5 5.5',
  next: 'M7.5 4.5 13 10l-5.5 5.5',
  first: 'M14 4.5 8.5 10l5.5 5.5M5.5 4.5v11',
  last: 'M6 4.5 11.5 10 6 15.5M14.5 4.5v11',
  table: 'M3.5 4.5h13v11h-13zM3.5 8.5h13M3.5 12h13M9 4.5v11',
  save: 'M10 3.5v9M6.5 9 10 12.5 13.5 9M4 16h12',
  folder: 'M3 5.5h5l1.5 2H17v8H3z',
  fit: 'M3.5 7.5v-4h4M16.5 7.5v-4h-4M3.5 12.5v4h4M16.5 12.5v4h-4',
  dice: 'M4 4h12v12H4zM7.5 7.5h.01M12.5 7.5h.01M10 10h.01M7.5 12.5h.01M12.5 12.5h.01',
  eye: 'M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5ZM12 10a2 2 0 1 1-4 0 2 2 0 0 1 4 0Z',
} as const

export type IconName = keyof typeof paths

/** A picture beside or instead of a word; whatever holds it has the name. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}

interface IconButtonProps {
  readonly icon: IconName
  /** Name, and tooltip. */
  readonly label: string
  readonly onClick: () => void
  readonly disabled?: boolean
  readonly pressed?: boolean
  readonly class?: string
}

export function IconButton({
  icon,
  label,
  onClick,
  disabled = false,
  pressed,
  class: name = '',
}: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={`icon-button ${name}`}
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
