import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Alarm } from '../../../contract/alarm-api.ts'
import { formatAge, formatMeasured } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Name } from '../../parts/Name.tsx'
import { SensorName } from '../../parts/SensorName.tsx'
import { Time } from '../../parts/Time.tsx'
import { formatSensor } from '../../sensors/place.ts'
import { anomalyInWords, sentence } from '../../words.ts'
import { canBeReset, isUnacknowledged } from '../alarm-groups.ts'
import type { AlarmAction, AlarmActions } from '../use-alarm-actions.ts'
import { AlarmEvents } from './AlarmEvents.tsx'
import { AlarmState } from './AlarmState.tsx'
import { ReasonForm } from '../../parts/ReasonForm.tsx'
import { ShelveForm } from './ShelveForm.tsx'

interface AlarmRowProps {
  readonly alarm: Alarm
  readonly now: number
  /** Null: who looks may not act. */
  readonly actions: AlarmActions | null
  /** Where it is: for a while an alarm may be in two places, which share no ids. */
  readonly place?: string
  /** The form of this row was opened or closed. */
  readonly form?: (open: boolean) => void
}

/** These are not about a value that goes far: the last one is shown. */
const NO_PEAK: readonly Alarm['rule'][] = ['stale_signal', 'machine_anomaly']

/** One alarm: how urgent, what, where, how far, since when, where it stands, and what can be done. Opens to what happened to it. */
export function AlarmRow({ alarm, now, actions, place = 'list', form }: AlarmRowProps): JSX.Element {
  const [open, setOpen] = useState(false)
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const formButton = useRef<HTMLButtonElement>(null)
  // Not by useId: rows that are added later may get one that is there already.
  const eventsId = `events-${place}-${alarm.episode_id}`
  useEffect(() => {
    form?.(asking)
    return () => form?.(false)
  }, [asking])

  const what = `${anomalyInWords(alarm.rule)} at ${alarm.sensor_name ?? alarm.sensor_id}`
  const act = async (action: AlarmAction): Promise<void> => {
    setProblem(null)
    await actions?.act(alarm, action)
  }
  const tryTo = (does: 'acknowledge' | 'reset' | 'unshelve'): void => void act({ does }).catch((error: Error) => setProblem(error.message))
  const closeForm = (): void => {
    setAsking(false)
    formButton.current?.focus({ preventScroll: true })
  }
  const over = alarm.state === 'normal'
  const isOut = alarm.state === 'out_of_service'
  return (
    <div class={`alarm alarm-${alarm.priority} ${isUnacknowledged(alarm) ? 'alarm-waiting' : ''} ${over ? 'alarm-over' : ''}`}>
      <p class="alarm-priority"><Mark kind={over ? 'done' : alarm.priority} />{sentence(alarm.priority)}</p>
      <div class="alarm-what">
        <button type="button" class="alarm-toggle" aria-expanded={open} aria-controls={eventsId} onClick={() => setOpen(!open)}>
          {anomalyInWords(alarm.rule)}<span class="hidden"> at {alarm.sensor_name ?? alarm.sensor_id}: what happened</span>
        </button>
        <span class="detail clamped" title={alarm.description}>{alarm.description}</span>
      </div>
      <p class="alarm-where">
        <a class="name" href={`./sensors${formatSensor(alarm.sensor_id)}`}><SensorName id={alarm.sensor_id} name={alarm.sensor_name} /></a>{' '}
        <span class="detail"><Name name={alarm.machine_id} /></span>
      </p>
      <p class="alarm-peak"><span class="quiet">{NO_PEAK.includes(alarm.rule) ? 'last' : 'peak'}</span> {formatMeasured(alarm.peak_value, alarm.unit)}</p>
      <p class="alarm-since"><span class="quiet">since</span> <Time at={Date.parse(alarm.raised_at)} now={now} /> <Lasted alarm={alarm} now={now} /></p>
      <p class="alarm-state"><AlarmState alarm={alarm} now={now} /></p>
      {actions !== null && alarm.state !== 'suppressed' && (
        <div class="alarm-actions">
          {!isOut && <MainButton alarm={alarm} what={what} tryTo={tryTo} />}
          {alarm.state !== 'shelved' && (
            <button
              type="button" class="action" ref={formButton} aria-expanded={asking} disabled={over} onClick={() => setAsking(!asking)}
            >
              {isOut ? 'Return to service' : 'Shelve'}<span class="hidden"> {what}</span>
            </button>
          )}
        </div>
      )}
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="critical" />{problem}</p>}
      {asking && actions !== null && !isOut && <ShelveForm alarm={alarm} what={what} actions={actions} close={closeForm} />}
      {asking && actions !== null && isOut && (
        <ReasonForm
          id={`return-${place}-${alarm.episode_id}`} label={`Return to service: ${what}`} button={['Return to service', 'Returning']}
          send={(reason) => act({ does: 'return-to-service', reason })} close={closeForm}
        />
      )}
      <div id={eventsId} class="alarm-more">{open && <AlarmEvents id={alarm.episode_id} changedAt={alarm.changed_at} now={now} />}</div>
    </div>
  )
}

/** How long it has stood, or stood. */
function Lasted({ alarm: { raised_at: raised, duration_ms: lastedMs }, now }: { alarm: Alarm, now: number }): JSX.Element {
  return <span class="detail">{lastedMs === null ? formatAge(now - Date.parse(raised)) : `lasted ${formatAge(lastedMs)}`}</span>
}

/**
 * One button that stays where it is, also when there is nothing left to do: it keeps the focus, and a second press, of somebody in a hurry, can't
 * meet the next button.
 */
function MainButton({ alarm, what, tryTo }: { alarm: Alarm, what: string, tryTo: (does: 'acknowledge' | 'reset' | 'unshelve') => void }): JSX.Element {
  const [does, text] = alarm.state === 'shelved' ? ['unshelve', 'Unshelve'] as const
    : canBeReset(alarm) ? ['reset', 'Reset'] as const
      : isUnacknowledged(alarm) ? ['acknowledge', 'Acknowledge'] as const : [null, alarm.state === 'acknowledged' ? 'Acknowledged' : 'Over'] as const
  return (
    <button type="button" class="action" aria-disabled={does === null} onClick={() => { if (does !== null) tryTo(does) }}>
      {text}<span class="hidden"> {what}</span>
    </button>
  )
}
