import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Alarm } from '../../../contract/alarm-api.ts'
import { shortened } from '../../format.ts'
import { ReasonForm } from '../../parts/ReasonForm.tsx'
import type { AlarmActions } from '../use-alarm-actions.ts'
import { Choice } from './Choice.tsx'

const HOUR_MIN = 60
/** For how many minutes; null: until the condition clears. */
const SHELVE_TIMES = [[15, '15 min'], [HOUR_MIN, '1 h'], [8 * HOUR_MIN, '8 h'], [null, 'until it clears']] as const
/** Null: until somebody ends it. */
export const MAINTENANCE_TIMES = [[HOUR_MIN, '1 h'], [4 * HOUR_MIN, '4 h'], [8 * HOUR_MIN, '8 h'], [null, 'until it is ended']] as const

const SUBMITS = {
  shelve: ['Shelve', 'Shelving'], out_of_service: ['Take out of service', 'Taking out'], maintenance: ['Start maintenance', 'Starting'],
} as const
type Way = keyof typeof SUBMITS

interface ShelveFormProps {
  readonly alarm: Alarm
  /** `Critical limit reached at temp-sensor-001` */
  readonly what: string
  readonly actions: Pick<AlarmActions, 'act' | 'suppress'>
  readonly close: () => void
}

/** Asks what to hide, for how long and why: the alarm for a time, or until its sensor is mended, or all of a machine in maintenance. */
export function ShelveForm({ alarm, what, actions, close }: ShelveFormProps): JSX.Element {
  const [way, setWay] = useState<Way>('shelve')
  const [minutes, setMinutes] = useState<number | null>(SHELVE_TIMES[0][0])
  const id = `shelve-${alarm.episode_id}`
  const choose = (next: Way): void => {
    setWay(next)
    setMinutes((next === 'maintenance' ? MAINTENANCE_TIMES : SHELVE_TIMES)[0][0])
  }
  const send = (reason: string): Promise<void> => (
    way === 'maintenance' ? actions.suppress(alarm.machine_id, minutes, reason)
      : way === 'shelve' ? actions.act(alarm, { does: 'shelve', minutes, reason }) : actions.act(alarm, { does: 'out-of-service', reason }))
  return (
    <ReasonForm id={id} label={`${SUBMITS[way][0]}: ${what}`} button={SUBMITS[way]} send={send} close={close}>
      <Choice<Way>
        name={`${id}-way`} legend="Hide" chosen={way} choose={choose}
        options={[
          ['shelve', 'this alarm for a time'], ['out_of_service', 'this alarm until its sensor is mended: out of service'],
          ['maintenance', `all alarms of ${shortened(alarm.machine_id)}: maintenance`],
        ]}
      />
      {way !== 'out_of_service' && (
        <Choice
          name={`${id}-time`} legend={way === 'shelve' ? 'Shelve for' : 'Maintenance for'} chosen={minutes} choose={setMinutes}
          options={way === 'shelve' ? SHELVE_TIMES : MAINTENANCE_TIMES}
        />
      )}
    </ReasonForm>
  )
}
