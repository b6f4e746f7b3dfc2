import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { ReasonForm } from '../../parts/ReasonForm.tsx'

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
  return (
    <ReasonForm id={id} label={`Shelve ${what}`} button={['Shelve', 'Shelving']} send={(reason) => shelve(minutes, reason)} close={close}>
      <fieldset class="shelve-times">
        <legend>Shelve for</legend>
        {TIMES.map(([value, text]) => (
          <label key={text}>
            <input type="radio" name={`${id}-time`} checked={minutes === value} onChange={() => setMinutes(value)} /> {text}
          </label>
        ))}
      </fieldset>
    </ReasonForm>
  )
}
