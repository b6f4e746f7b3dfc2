import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Alarm, OpenAlarms } from '../../../contract/alarm-api.ts'
import { counted, formatCount } from '../../format.ts'
import { useShortened } from '../../parts/use-shortened.tsx'
import { isHidden } from '../alarm-groups.ts'
import { byMachine, isOnlyConsequence, whyInWords } from '../suppressed-machines.ts'
import type { AlarmActions } from '../use-alarm-actions.ts'
import { useAlarmDetail } from '../use-alarm-detail.ts'
import { AlarmRow } from './AlarmRow.tsx'
import { SuppressedMachines } from './SuppressedMachines.tsx'

const MOST_ROWS = 10

interface HiddenAlarmsProps {
  readonly section: OpenAlarms
  readonly alarms: readonly Alarm[]
  readonly now: number
  readonly actions: AlarmActions | null
}

/** What operators are not bothered with now: how many, and opened, by whom, why and until when. Nothing when nothing is hidden. */
export function HiddenAlarms({ section: { counts, suppressed_machines: machines }, alarms, now, actions }: HiddenAlarmsProps): JSX.Element | null {
  const [opened, setOpened] = useState(false)
  const hidden = alarms.filter(isHidden)
  const suppressed = byMachine(machines)
  const maintained = [...suppressed.values()].filter((own) => !isOnlyConsequence(own)).length
  const { shown, button } = useShortened(hidden, MOST_ROWS, 'hidden alarm')
  const parts = [
    [counts.shelved, 'shelved'], [counts.suppressed, 'suppressed'], [counts.out_of_service, 'out of service'],
  ] as const
  const texts = [
    ...parts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`),
    ...maintained > 0 ? [`${counted(maintained, 'machine')} in maintenance`] : [],
    ...suppressed.size > maintained ? [`${counted(suppressed.size - maintained, 'machine')} by a suppression group`] : [],
  ]
  if (texts.length === 0) return null
  return (
    <details class="hidden-alarms" onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary>Hidden: {texts.join(', ')}</summary>
      <SuppressedMachines suppressions={machines} now={now} actions={actions} />
      <ul>
        {shown.map((alarm) => (
          <li key={alarm.episode_id}>
            <AlarmRow alarm={alarm} now={now} actions={actions} place="hidden" />
            {alarm.shelved_reason !== null && <p class="hidden-why">{alarm.shelved_reason}</p>}
            {alarm.state === 'suppressed' && <p class="hidden-why">{(suppressed.get(alarm.machine_id) ?? []).map(whyInWords).join('; ')}</p>}
            {opened && alarm.state === 'out_of_service' && <TakenBy alarm={alarm} />}
          </li>
        ))}
      </ul>
      {button}
    </details>
  )
}

/** Who took the rule of the sensor out of service, and why, which only its events tell. Nothing when it was so before it was raised. */
function TakenBy({ alarm: { episode_id: id, changed_at: changedAt } }: { alarm: Alarm }): JSX.Element | null {
  const { detail, problem } = useAlarmDetail(id, changedAt)
  const taken = detail?.events.findLast(({ transition }) => transition === 'taken_out_of_service')
  const because = taken?.reason ?? null
  const text = taken === undefined ? problem : `Taken out of service by ${taken.actor}${because === null ? '' : `: ${because}`}`
  return text === null ? null : <p class="hidden-why">{text}</p>
}
