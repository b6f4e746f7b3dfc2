import type { JSX } from 'preact'
import type { Alarm } from '../../../contract/alarm-api.ts'
import { Time } from '../../parts/Time.tsx'

/** Where an alarm is, in words, with who brought it there and until when. */
export function AlarmState({ alarm, now }: { alarm: Alarm, now: number }): JSX.Element {
  const { state, condition_active: active, latched, acknowledged_by: by, acknowledged_at: at, shelved_by: shelver, shelved_until: until } = alarm
  switch (state) {
    case 'unacknowledged': return <strong>Unacknowledged</strong>
    case 'returned_unacknowledged': return <strong>Returned, not acknowledged</strong>
    case 'acknowledged': return (
      <>
        Acknowledged{by !== null && <> by {by}</>}{at !== null && <>, <Time at={Date.parse(at)} now={now} /></>}
        {!active && latched && <span class="detail">Returned; stays until it is reset</span>}
      </>
    )
    case 'shelved': return (
      <>Shelved{shelver !== null && <> by {shelver}</>} until {until === null ? 'it clears' : <Time at={Date.parse(until)} now={now} />}</>
    )
    case 'suppressed': return <>Suppressed with its machine</>
    case 'out_of_service': return <>Out of service</>
    case 'normal': return <>Over{by !== null && <>, acknowledged by {by}</>}</>
  }
}
