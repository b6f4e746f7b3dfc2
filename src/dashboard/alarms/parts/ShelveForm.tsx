import type { JSX, TargetedSubmitEvent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Mark } from '../../parts/Mark.tsx'

const HOUR_MIN = 60
/** For how many minutes; null: until the condition clears. */
const TIMES = [[15, '15 min'], [HOUR_MIN, '1 h'], [8 * HOUR_MIN, '8 h'], [null, 'until it clears']] as const

interface ShelveFormProps {
  /** What the ids of its fields begin with. */
  readonly id: string
  /** `Critical limit reached at temp-sensor-001` */
  readonly what: string
  readonly shelve: (minutes: number | null, reason: string) => Promise<void>
  readonly close: () => void
}

/** Asks for how long and why, and shelves. */
export function ShelveForm({ id, what, shelve, close }: ShelveFormProps): JSX.Element {
  const [minutes, setMinutes] = useState<number | null>(TIMES[0][0])
  const [problem, setProblem] = useState<string | null>(null)
  const [waiting, setWaiting] = useState(false)
  const reason = useRef<HTMLInputElement>(null)
  useEffect(() => reason.current?.focus({ preventScroll: true }), [])

  const send = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const given = reason.current?.value.trim() ?? ''
    if (given === '') return setProblem('Say why: others have to know.')
    setProblem(null)
    setWaiting(true)
    try {
      await shelve(minutes, given)
      close()
    } catch (error) {
      setProblem((error as Error).message)
      setWaiting(false)
    }
  }
  return (
    <form
      class="shelve-form" aria-label={`Shelve ${what}`} onSubmit={(event) => void send(event)}
      onKeyDown={({ key }) => { if (key === 'Escape') close() }}
    >
      <fieldset class="shelve-times">
        <legend>Shelve for</legend>
        {TIMES.map(([value, text]) => (
          <label key={text}>
            <input type="radio" name={`${id}-time`} checked={minutes === value} onChange={() => setMinutes(value)} /> {text}
          </label>
        ))}
      </fieldset>
      <p class="field wide">
        <label for={`${id}-reason`}>Reason</label>
        <input id={`${id}-reason`} ref={reason} required maxLength={500} autocomplete="off" />
      </p>
      <p class="buttons">
        <button type="submit" class="action main" disabled={waiting}>{waiting ? 'Shelving' : 'Shelve'}</button>
        <button type="button" class="action" onClick={close}>Cancel</button>
      </p>
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="critical" />{problem}</p>}
    </form>
  )
}
