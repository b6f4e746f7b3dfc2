import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { counted, formatCount } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Name } from '../../parts/Name.tsx'
import { useShortened } from '../../parts/use-shortened.tsx'
import { isUnacknowledged, priorityOf } from '../alarm-groups.ts'
import type { AlarmGroup } from '../alarm-groups.ts'
import type { AlarmActions } from '../use-alarm-actions.ts'
import { AlarmRow } from './AlarmRow.tsx'

interface GroupRowProps {
  readonly group: AlarmGroup
  /** More of its alarms than these are shown when asked for. */
  readonly most: number
  readonly now: number
  readonly actions: AlarmActions | null
  readonly form: (key: string, open: boolean) => void
}

/** An alarm, or those of one machine under a line that says so. */
export function GroupRow({ group, most, now, actions, form }: GroupRowProps): JSX.Element {
  const { shown, button } = useShortened(group.alarms, most, 'alarm')
  return (
    <li class={group.alarms.length > 1 ? 'alarm-group' : ''}>
      {group.alarms.length > 1 && <GroupHead group={group} actions={actions} />}
      {shown.map((alarm) => (
        <AlarmRow key={alarm.episode_id} alarm={alarm} now={now} actions={actions} form={(open) => form(alarm.episode_id, open)} />
      ))}
      {button}
    </li>
  )
}

function GroupHead({ group, actions }: Pick<GroupRowProps, 'group' | 'actions'>): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null)
  const waiting = group.alarms.filter(isUnacknowledged)
  const acknowledge = (): void => {
    setProblem(null)
    actions?.acknowledge(waiting).catch((error: Error) => setProblem(error.message))
  }
  const priority = priorityOf(group)
  const machine = group.alarms[0]?.machine_id ?? ''
  return (
    <div class={`group-head ${waiting.length > 0 ? 'group-waiting' : ''}`}>
      <p>
        <Mark kind={priority} /><span class="hidden">{priority}: </span>
        <span><strong><Name name={machine} /></strong>: {counted(group.alarms.length, 'alarm')} within a minute, the first one first</span>
      </p>
      {actions !== null && (
        <button type="button" class="action" aria-disabled={waiting.length === 0} onClick={() => { if (waiting.length > 0) acknowledge() }}>
          {waiting.length === 0 ? 'All acknowledged' : `Acknowledge all ${formatCount(waiting.length)}`}
          <span class="hidden"> of {machine}</span>
        </button>
      )}
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="critical" />{problem}</p>}
    </div>
  )
}
