import type { JSX } from 'preact'
import type { SensorEventShown } from '../../../contract/history-api.ts'
import { Empty } from '../../parts/Panel.tsx'
import { Time } from '../../parts/Time.tsx'
import { useShortened } from '../../parts/use-shortened.tsx'
import { eventInWords } from '../sensor-words.ts'

const MOST_ROWS = 10

/** What people did to a sensor, newest first. */
export function SensorEvents({ events, now }: { events: readonly SensorEventShown[], now: number }): JSX.Element {
  const { shown, button } = useShortened(events, MOST_ROWS, 'change')
  if (events.length === 0) return <Empty>Nobody has changed it.</Empty>
  return (
    <>
      <ul class="lines">
        {shown.map((event) => (
          <li key={event.event_id}>
            {eventInWords(event)}
            <span class="detail">by {event.actor}, <Time at={Date.parse(event.occurred_at)} now={now} />: {event.reason}</span>
          </li>
        ))}
      </ul>
      {button}
    </>
  )
}
