import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { SensorDetail } from '../../../contract/history-api.ts'
import { ReasonForm } from '../../parts/ReasonForm.tsx'
import type { KnownSensor, SensorAction } from '../use-sensor.ts'

interface SensorFormProps {
  readonly does: SensorAction['does']
  readonly sensor: SensorDetail
  readonly act: KnownSensor['act']
  readonly close: () => void
}

/** Says what follows, asks for what is needed and why, and does it. */
export function SensorForm({ does, sensor, act, close }: SensorFormProps): JSX.Element {
  const { sensor_id: id } = sensor
  const [name, setName] = useState(sensor.name ?? '')
  const [serial, setSerial] = useState('')
  const [sendsAs, setSendsAs] = useState('')
  const form = { id: 'sensor-form', close }
  switch (does) {
    case 'rename': return (
      <ReasonForm {...form} label={`Rename ${id}`} button={['Rename', 'Renaming']} send={(reason) => act({ does, name: orNull(name) }, reason)}>
        <Field id="name" label="Name; empty: it goes by its id" value={name} change={setName} most={100} />
      </ReasonForm>
    )
    case 'replace': return (
      <ReasonForm
        {...form} label={`Replace the device of ${id}`} button={['Replace', 'Replacing']}
        send={(reason) => act({ does, serial: serial.trim(), sendsAs: orNull(sendsAs) }, reason)}
      >
        <p class="form-words">
          For a new device in the same place: the history goes on, open alarms end, and what is normal is learned anew. Limits hold at once.
        </p>
        <Field id="serial" label="Serial number of the new device" value={serial} change={setSerial} most={100} required />
        <Field id="sends-as" label={`Id in its messages, if not ${id}`} value={sendsAs} change={setSendsAs} most={256} />
      </ReasonForm>
    )
    case 'decommission': return (
      <ReasonForm {...form} label={`Decommission ${id}`} button={['Decommission', 'Decommissioning']} send={(reason) => act({ does }, reason)}>
        <p class="form-words">
          {sensor.open_alarms > 0 && <strong>Its open alarms end: {sensor.open_alarms}. </strong>}
          It raises no alarm any more and leaves the lists. Its history stays, and readings that still come are stored.
        </p>
      </ReasonForm>
    )
    case 'recommission': return (
      <ReasonForm
        {...form} label={`Bring ${id} back into service`} button={['Back in service', 'Bringing it back']} send={(reason) => act({ does }, reason)}
      >
        <p class="form-words">It raises alarms again within seconds.</p>
      </ReasonForm>
    )
  }
}

interface FieldProps {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly change: (value: string) => void
  readonly most: number
  readonly required?: boolean
}

function Field({ id, label, value, change, most, required = false }: FieldProps): JSX.Element {
  return (
    <p class="field wide">
      <label for={`sensor-form-${id}`}>{label}</label>
      <input
        id={`sensor-form-${id}`} value={value} required={required} maxLength={most} autocomplete="off" spellcheck={false}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
    </p>
  )
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}
