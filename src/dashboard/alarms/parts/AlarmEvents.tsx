import type { JSX } from 'preact'
import type { AlarmEventShown } from '../../../contract/alarm-api.ts'
import { formatMeasured } from '../../format.ts'
import { Mark } from '../../parts/Mark.tsx'
import { Time } from '../../parts/Time.tsx'
import { transitionInWords } from '../../words.ts'
import { useAlarmDetail } from '../use-alarm-detail.ts'

/** The service sends no more. */
const MOST_EVENTS = 500

/** What happened to an alarm, oldest first. `changedAt`: asked again when that is another. */
export function AlarmEvents({ id, changedAt, now }: { id: string, changedAt: string, now: number }): JSX.Element {
  const { detail, problem } = useAlarmDetail(id, changedAt)
  return (
    <div class="alarm-events">
      {problem !== null && <p class="alarm-problem" role="alert"><Mark kind="warning" />{problem}</p>}
      {detail === null && problem === null && <p class="quiet">Reading …</p>}
      {detail !== null && (
        <ol aria-label="What happened, oldest first">
          {detail.events.map((event) => <Event key={event.event_id} event={event} unit={detail.unit} now={now} />)}
        </ol>
      )}
      {detail?.events.length === MOST_EVENTS && <p class="quiet">There are more; these are the first {MOST_EVENTS}.</p>}
    </div>
  )
}

interface EventProps {
  readonly event: AlarmEventShown
  readonly unit: string
  readonly now: number
}

function Event({ event: { transition, occurred_at: at, actor, reason, value, detail }, unit, now }: EventProps): JSX.Element {
  const found = detail ?? (value === null ? null : formatMeasured(value, unit))
  const more = [found, reason].filter((part) => part !== null)
  return (
    <li>
      <Time at={Date.parse(at)} now={now} />
      <span>
        <span class="what-kind">{transitionInWords(transition)}</span>{actor !== null && <> by {actor}</>}{more.length > 0 && <>: {more.join('; ')}</>}
      </span>
    </li>
  )
}
