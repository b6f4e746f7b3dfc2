import { useRef, useState } from 'preact/hooks'
import type { Alarm } from '../../contract/alarm-api.ts'
import type { AlarmGroup } from './alarm-groups.ts'
import { steadyGroups } from './steady-order.ts'

/** Rows that keep their order while somebody works in them. */
export interface SteadyOrder {
  readonly shown: readonly AlarmGroup[]
  /** Somebody works in them. */
  readonly held: boolean
  /** Keys of the rows that came meanwhile; they are below the others. */
  readonly arrived: ReadonlySet<string>
  /** For the element that holds the rows. */
  readonly watch: {
    onFocusIn(): void
    onFocusOut(event: FocusEvent): void
    onPointerMove(): void
    onPointerDown(): void
  }
  /** A form in the row of this key was opened or closed. */
  form(key: string, open: boolean): void
  /** Sorts them once, whatever is held. */
  sort(): void
}

/** Whoever moved the pointer above the rows within this time is about to press something. */
const AIMING_MS = 5_000

/** A press outside takes the focus when it begins and does something when it ends: what is pressed must not move in between. */
const PRESS_MS = 500

/** Held while a row has the focus, a form is open, or somebody aims at a button. `complete`: `known` has all open alarms. */
export function useSteadyOrder(groups: readonly AlarmGroup[], known: ReadonlyMap<string, Alarm>, complete: boolean): SteadyOrder {
  const order = useRef<readonly AlarmGroup[]>([])
  /** What there was when somebody began to work here; null: nobody does. */
  const heldFrom = useRef<ReadonlySet<string> | null>(null)
  const aimedAt = useRef(-Infinity)
  const leftAt = useRef(-Infinity)
  const forms = useRef(new Set<string>())
  const [focused, setFocused] = useState(false)
  const [, redraw] = useState(0)
  const held = focused || forms.current.size > 0 || performance.now() - aimedAt.current < AIMING_MS || performance.now() - leftAt.current < PRESS_MS
  if (!held) heldFrom.current = null
  else heldFrom.current ??= new Set(order.current.map(({ key }) => key))
  const from = heldFrom.current
  const shown = held ? steadyGroups(order.current, groups, known, complete) : groups
  order.current = shown
  const aim = (): void => {
    aimedAt.current = performance.now()
  }
  return {
    shown, held, arrived: new Set(from === null ? [] : shown.map(({ key }) => key).filter((key) => !from.has(key))),
    watch: {
      onFocusIn: () => setFocused(true),
      onFocusOut: ({ currentTarget, relatedTarget }) => {
        if ((currentTarget as Element).contains(relatedTarget as Element | null)) return
        leftAt.current = performance.now()
        setFocused(false)
      },
      onPointerMove: aim, onPointerDown: aim,
    },
    form(key, open) {
      if (open) forms.current.add(key)
      else forms.current.delete(key)
    },
    sort() {
      order.current = groups
      heldFrom.current = null
      aimedAt.current = -Infinity
      leftAt.current = -Infinity
      redraw((last) => last + 1)
    },
  }
}
