import type { ComponentChildren, JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Mark } from './Mark.tsx'

interface ReasonFormProps {
  /** What the ids of its fields begin with. */
  readonly id: string
  /** What is done, to what: `Shelve Critical limit reached at temp-sensor-001` */
  readonly label: string
  /** What its button says, and while it is being done. */
  readonly button: readonly [verb: string, doing: string]
  /** Rejects with an error whose message can be shown. */
  readonly send: (reason: string) => Promise<void>
  readonly close: () => void
  /** Fields before the reason; the first input of the form gets the focus, a choice doesn't. */
  readonly children?: ComponentChildren
}

/** A form with a reason, in the row that it is about; Escape closes it. */
export function ReasonForm({ id, label, button: [verb, doing], send, close, children }: ReasonFormProps): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null)
  const [waiting, setWaiting] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const reason = useRef<HTMLInputElement>(null)
  useEffect(() => form.current?.querySelector<HTMLInputElement>('.field input')?.focus({ preventScroll: true }), [])

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
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
      class="reason-form" aria-label={label} ref={form} onSubmit={(event) => void submit(event)}
      onKeyDown={({ key }) => { if (key === 'Escape') close() }}
    >
      {children}
      <p class="field wide">
        <label for={`${id}-reason`}>Reason</label>
        <input id={`${id}-reason`} ref={reason} required maxLength={500} autocomplete="off" />
      </p>
      <p class="buttons">
        <button type="submit" class="action main" disabled={waiting}>{waiting ? doing : verb}</button>
        <button type="button" class="action" onClick={close}>Cancel</button>
      </p>
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="critical" />{problem}</p>}
    </form>
  )
}
