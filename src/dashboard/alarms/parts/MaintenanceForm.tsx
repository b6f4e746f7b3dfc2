import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AlarmActions } from '../use-alarm-actions.ts'
import { Choice } from './Choice.tsx'
import { ReasonForm } from '../../parts/ReasonForm.tsx'
import { MAINTENANCE_TIMES } from './ShelveForm.tsx'

/** A button that opens to a form, by which any machine is put into maintenance. */
export function MaintenanceForm({ suppress }: Pick<AlarmActions, 'suppress'>): JSX.Element {
  const [open, setOpen] = useState(false)
  const [minutes, setMinutes] = useState<number | null>(MAINTENANCE_TIMES[0][0])
  const button = useRef<HTMLButtonElement>(null)
  const machine = useRef<HTMLInputElement>(null)
  // After the form has given the focus to its reason.
  useEffect(() => machine.current?.focus({ preventScroll: true }), [open])
  const close = (): void => {
    setOpen(false)
    button.current?.focus({ preventScroll: true })
  }
  const send = async (reason: string): Promise<void> => {
    const id = machine.current?.value.trim() ?? ''
    if (id === '') throw new Error('Name the machine.')
    await suppress(id, minutes, reason)
  }
  return (
    <div class="maintenance-form">
      <button type="button" class="action" ref={button} aria-expanded={open} onClick={() => setOpen(!open)}>Put a machine into maintenance</button>
      {open && (
        <ReasonForm
          id="maintenance" label="Put a machine into maintenance" button={['Start maintenance', 'Starting']} send={send} close={close}
        >
          <p class="field">
            <label for="maintenance-machine">Machine</label>
            <input id="maintenance-machine" ref={machine} required maxLength={255} autocomplete="off" />
          </p>
          <Choice name="maintenance-time" legend="Maintenance for" options={MAINTENANCE_TIMES} chosen={minutes} choose={setMinutes} />
        </ReasonForm>
      )}
    </div>
  )
}
