import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { counted, formatCount } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Name } from '../../parts/Name.tsx'
import { useShortened } from '../../parts/use-shortened.tsx'
import { isUnacknowledged, priorityOf, waitingIn } from '../alarm-groups.ts'
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

/** An alarm, or those of one machine, or of sensors that went silent together, under a line that says so. */
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
  const [asked, setAsked] = useState(false)
  const waiting = waitingIn(group)
  const acknowledge = (): void => {
    setProblem(null)
    setAsked(true)
    const done = group.large === null ? actions?.acknowledge(group.alarms.filter(isUnacknowledged)) : actions?.acknowledgeGroup(group.key)
    done?.catch((error: Error) => setProblem(error.message)).finally(() => setAsked(false))
  }
  const priority = priorityOf(group)
  return (
    <div class={`group-head ${waiting > 0 ? 'group-waiting' : ''}`}>
      <p><Mark kind={priority} /><span class="hidden">{priority}: </span><span><GroupName group={group} /></span></p>
      {actions !== null && (
        <button type="button" class="action" aria-disabled={waiting === 0 || asked} onClick={() => { if (waiting > 0 && !asked) acknowledge() }}>
          {waiting === 0 ? 'All acknowledged' : `${asked ? 'Acknowledging' : 'Acknowledge'} all ${formatCount(waiting)}`}
          <span class="hidden"> of {nameOf(group)}</span>
        </button>
      )}
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="critical" />{problem}</p>}
    </div>
  )
}

/** Its machine; of silent sensors, which may be of many, what they have in common. */
function nameOf({ alarms: [first] }: AlarmGroup): string {
  return first === undefined || first.rule === 'stale_signal' ? 'silent sensors' : first.machine_id
}

/** `furnace-01: 3 alarms within a minute, the first one first`, or `Silent: 1,850 sensors of 230 machines; 10 of them below`. */
function GroupName({ group }: { group: AlarmGroup }): JSX.Element {
  const { alarms, large } = group
  const count = large?.alarms ?? alarms.length
  const order = count > alarms.length ? `${formatCount(alarms.length)} of them here` : 'the first one first'
  if (nameOf(group) !== 'silent sensors') return <><strong><Name name={nameOf(group)} /></strong>: {counted(count, 'alarm')} within a minute, {order}</>
  const machines = large?.machines ?? new Set(alarms.map(({ machine_id: id }) => id)).size
  return <><strong>Silent</strong>: {counted(count, 'sensor')} of {counted(machines, 'machine')} at about the same time, {order}</>
}
