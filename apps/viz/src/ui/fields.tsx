import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Range } from '../model/experiment.ts'
import { within } from '../model/experiment.ts'

/** A label over its control. */
export function Field({
  label,
  children,
}: {
  readonly label: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      {children}
    </label>
  )
}

interface SelectProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (T | { readonly value: T; readonly text: string })[]
  readonly onChange: (value: T) => void
}

export function Select<T extends string>({ label, value, options, onChange }: SelectProps<T>): JSX.Element {
  const all = options.map((option) => (typeof option === 'string' ? { value: option, text: option } : option))
  return (
    <Field label={label}>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = all.find((option) => option.value === currentTarget.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {all.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </Field>
  )
}

interface NumberProps {
  readonly id?: string
  readonly label: string
  readonly value: number
  readonly range: Range
  readonly onChange: (value: number) => void
}

/** A number that takes effect on Enter or when left; out of its range it goes to the nearest end. */
export function NumberField({ id, label, value, range, onChange }: NumberProps): JSX.Element {
  const [draft, setDraft] = useState<string>()
  useEffect(() => setDraft(undefined), [value])
  const commit = (text: string): void => {
    const next = text.trim() === '' ? undefined : within(range, Number(text))
    setDraft(undefined)
    if (next !== undefined && next !== value) onChange(next)
  }
  return (
    <Field label={label}>
      <input
        {...(id === undefined ? {} : { id })}
        type="text"
        inputMode="decimal"
        spellcheck={false}
        value={draft ?? String(value)}
        onInput={({ currentTarget }) => setDraft(currentTarget.value)}
        onBlur={({ currentTarget }) => draft !== undefined && commit(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit(event.currentTarget.value)
          const by = { ArrowUp: 1, ArrowDown: -1 }[event.key]
          if (by === undefined || range.whole !== true) return
          event.preventDefault()
          commit(String(value + by))
        }}
      />
    </Field>
  )
}

interface SliderProps extends NumberProps {
  readonly step: number
  readonly format?: (value: number) => string
}

export function Slider({ label, value, range, step, format = String, onChange }: SliderProps): JSX.Element {
  return (
    <label class="field">
      <span class="field-label">
        {label} <output>{format(value)}</output>
      </span>
      <input
        type="range"
        min={range.low}
        max={range.high}
        step={step}
        value={value}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
      />
    </label>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly onChange: (value: T) => void
}

/** A few choices side by side. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  )
}
