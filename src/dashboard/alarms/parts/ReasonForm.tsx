import type { ComponentChildren, JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Mark } from '../../parts/Mark.tsx'

interface ReasonFormProps {
  /** What the ids of its fields begin with. */
  readonly id: string
  /** `Shelve Critical limit reached at temp-sensor-001` */
  readonly label: string
  /** What the button says, and what it says while it is being done. */
  readonly submit: string
  readonly waitingText: string
  readonly send: (reason: string) => Promise<void>
  readonly close: () => void
  /** What else it asks for, before the reason. */
  readonly children?: ComponentChildren
}

/** Asks why, and does it. */
export function ReasonForm({ id, label, submit, waitingText, send, close, children }: ReasonFormProps): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null)
  const [waiting, setWaiting] = useState(false)
  const reason = useRef<HTMLInputElement>(null)
  useEffect(() => reason.current?.focus({ preventScroll: true }), [])

  const onSubmit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const given = reason.current?.value.trim() ?? ''
    if (given === '') return setProblem('Say why: others have to know.')
    setProblem(null)
    setWaiting(true)
    try {
      await send(given)
      close()
    } catch (error) {
      setProblem((error as Error).message)
      setWaiting(false)
    }
  }
  return (
    <form
      class="shelve-form" aria-label={label} onSubmit={(event) => void onSubmit(event)}
      onKeyDown={({ key }) => { if (key === 'Escape') close() }}
    >
      {children}
      <p class="field wide">
        <label for={`${id}-reason`}>Reason</label>
        <input id={`${id}-reason`} ref={reason} required maxLength={500} autocomplete="off" />
      </p>
      <p class="buttons">
        <button type="submit" class="action main" disabled={waiting}>{waiting ? waitingText : submit}</button>
        <button type="button" class="action" onClick={close}>Cancel</button>
      </p>
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="critical" />{problem}</p>}
    </form>
  )
}
