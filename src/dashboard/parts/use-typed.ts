import type { TargetedEvent, TargetedInputEvent } from 'preact'
import { useState } from 'preact/hooks'

interface TypedInput {
  readonly value: string
  onInput(event: TargetedInputEvent<HTMLInputElement>): void
  onChange(event: TargetedEvent<HTMLInputElement>): void
}

/**
 * For an input whose value counts when somebody has typed it, not with each key. Until then it keeps what is typed, also when the page is drawn
 * again meanwhile, which happens with each thing that changes in the plant.
 */
export function useTyped(value: string, take: (typed: string) => void): TypedInput {
  const [typed, setTyped] = useState<string | null>(null)
  return {
    value: typed ?? value,
    onInput: ({ currentTarget }) => setTyped(currentTarget.value),
    onChange({ currentTarget }) {
      setTyped(null)
      take(currentTarget.value)
    },
  }
}
