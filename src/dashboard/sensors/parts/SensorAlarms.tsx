import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { Alarm } from '../../../contract/alarm-api.ts'
import { withAnswers } from '../../alarms/alarm-groups.ts'
import { AlarmRow } from '../../alarms/parts/AlarmRow.tsx'
import { formatPlace } from '../../alarms/place.ts'
import { useAlarmActions } from '../../alarms/use-alarm-actions.ts'
import { counted } from '../../format.ts'
import { Empty, Panel } from '../../parts/Panel.tsx'
import { useShortened } from '../../parts/use-shortened.tsx'
import type { Access } from '../../use-session.ts'

const MOST_ROWS = 10

interface SensorAlarmsProps {
  readonly sensorId: string
  /** Newest first. */
  readonly alarms: readonly Alarm[]
  /** `24 h` */
  readonly span: string
  readonly access: Access
  readonly now: number
}

/** The alarms that are marked in the chart, and what can be done about those that are open. */
export function SensorAlarms({ sensorId, alarms, span, access, now }: SensorAlarmsProps): JSX.Element {
  const actions = useAlarmActions(access.check)
  const done = useRef(new Map<string, Alarm>())
  for (const [id, alarm] of actions.answers) done.current.set(id, alarm)
  const may = access.session?.may.operate === true || access.form === 'ended'
  const { shown, button } = useShortened(withAnswers(alarms, done.current), MOST_ROWS, 'alarm')
  return (
    <Panel id="sensor-alarms" title={`Alarms of the last ${span}`} note={counted(alarms.length, 'alarm')}>
      {alarms.length === 0 && <Empty>None.</Empty>}
      <ul class="alarm-list" aria-label="Alarms of this sensor, newest first">
        {shown.map((alarm) => (
          <li key={alarm.episode_id}>
            <AlarmRow alarm={alarm} now={now} actions={may && (alarm.ended_at === null || done.current.has(alarm.episode_id)) ? actions : null} />
          </li>
        ))}
      </ul>
      {button}
      <p class="panel-line"><a href={`./alarms${formatPlace('history', { sensor: sensorId })}`}>All alarms of this sensor</a></p>
    </Panel>
  )
}
