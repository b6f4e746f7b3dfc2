import type { JSX } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { Name } from '../../parts/Name.tsx'
import { Time } from '../../parts/Time.tsx'
import { byMachine, isOnlyConsequence, whyInWords } from '../suppressed-machines.ts'
import type { Suppression } from '../suppressed-machines.ts'
import type { AlarmActions } from '../use-alarm-actions.ts'
import { ReasonForm } from '../../parts/ReasonForm.tsx'

interface SuppressedMachinesProps {
  readonly suppressions: readonly Suppression[]
  readonly now: number
  /** Null: who looks may not act. */
  readonly actions: Pick<AlarmActions, 'unsuppress'> | null
}

/** The machines whose alarms are hidden, each with all that hides it, and the way back. */
export function SuppressedMachines({ suppressions, now, actions }: SuppressedMachinesProps): JSX.Element {
  return (
    <ul class="suppressed-machines">
      {[...byMachine(suppressions)].map(([id, own]) => <Machine key={id} id={id} suppressions={own} now={now} actions={actions} />)}
    </ul>
  )
}

function Machine({ id, suppressions, now, actions }: SuppressedMachinesProps & { id: string }): JSX.Element {
  const [ending, setEnding] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const text = isOnlyConsequence(suppressions) ? 'Show its alarms' : 'End maintenance'
  const close = (): void => {
    setEnding(false)
    button.current?.focus({ preventScroll: true })
  }
  return (
    <li>
      <div>
        {suppressions.map((suppression) => (
          <p key={`${suppression.source} ${suppression.name}`}>
            Machine <Name name={id} /> is {suppression.source === 'group' ? 'suppressed' : 'in maintenance'}
            {' '}since <Time at={Date.parse(suppression.suppressed_at)} now={now} />
            {suppression.until !== null && <> until <Time at={Date.parse(suppression.until)} now={now} /></>}, {whyInWords(suppression)}
          </p>
        ))}
      </div>
      {actions !== null && (
        <button type="button" class="action" ref={button} aria-expanded={ending} onClick={() => setEnding(!ending)}>
          {text}<span class="hidden"> of {id}</span>
        </button>
      )}
      {ending && actions !== null && (
        <ReasonForm
          id={`end-${id}`} label={`${text} of ${id}`} button={[text, 'Ending']} send={(reason) => actions.unsuppress(id, reason)} close={close}
        />
      )}
    </li>
  )
}
