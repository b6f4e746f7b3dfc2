import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { counted } from '../format.ts'

/**
 * The first `most` of some rows, and the button that shows the rest; no button when all fit.
 * A list is cut instead of scrolled by itself: a phone scrolls the page only.
 */
export function useShortened<Row>(rows: readonly Row[], most: number, noun: string): { shown: readonly Row[], button: JSX.Element | null } {
  const [all, showAll] = useState(false)
  if (rows.length <= most) return { shown: rows, button: null }
  return {
    shown: all ? rows : rows.slice(0, most),
    button: (
      <button type="button" class="show-all" aria-expanded={all} onClick={() => showAll(!all)}>
        {all ? `Show ${counted(most, noun)} only` : `Show all ${counted(rows.length, noun)}`}
      </button>
    ),
  }
}
