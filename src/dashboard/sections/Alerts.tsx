import type { JSX } from 'preact'
import type { RecentAlert } from '../../contract/api.ts'
import { alarmRows } from '../alarm-rows.ts'
import type { AlarmRow } from '../alarm-rows.ts'
import { counted, formatMeasured } from '../format.ts'
import { Mark } from '../parts/Mark.tsx'
import { Name } from '../parts/Name.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import { Age, Time } from '../parts/Time.tsx'
import { useShortened } from '../parts/use-shortened.tsx'
import { anomalyInWords, transitionInWords } from '../words.ts'

const MOST_ROWS = 10
const CALLING = ['raised', 'continued', 'escalated', 'realarmed', 'unshelved', 'shelving_expired', 'unsuppressed', 'returned_to_service']

/** What alarms were raised and what became of them, newest first, the changes of one alarm in one row. */
export function Alerts({ alerts, now }: { alerts: readonly RecentAlert[] | undefined, now: number }): JSX.Element {
  const rows = alarmRows(alerts ?? [])
  const { shown, button } = useShortened(rows, MOST_ROWS, 'alarm')
  return (
    <Panel id="alerts" title="Recent alerts" note="last 2 hours, newest first">
      {alerts === undefined && <Empty>Waiting for figures.</Empty>}
      {alerts?.length === 0 && <Empty>No alerts in the last 2 hours.</Empty>}
      {shown.length > 0 && (
        // The roles are said again, as rows that are laid out as grids on a phone are no table to some screen readers.
        <table class="alerts" role="table">
          <caption class="hidden">Recent alerts, newest first</caption>
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">Severity</th>
              <th scope="col" role="columnheader">What</th>
              <th scope="col" role="columnheader" class="number">Value</th>
              <th scope="col" role="columnheader">Sensor</th>
              <th scope="col" role="columnheader" class="number">Time</th>
              <th scope="col" role="columnheader" class="number">Age</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shown.map((row) => <Row key={row.newest.episode_id ?? row.newest.alert_id} row={row} now={now} />)}
          </tbody>
        </table>
      )}
      {button}
    </Panel>
  )
}

function Row({ row: { newest: alert, count, first }, now }: { row: AlarmRow, now: number }): JSX.Element {
  const at = Date.parse(alert.timestamp)
  return (
    <tr role="row" class={`alert alert-${alert.severity} ${calls(alert) ? '' : 'alert-quiet'}`}>
      <td role="cell" class="severity"><span class="severity-word"><Mark kind={alert.severity} />{alert.severity}</span></td>
      <td role="cell" class="what">
        <span class="what-kind">{anomalyInWords(alert.anomaly_type)}</span>
        {alert.transition !== null && <span class={`transition transition-${alert.transition}`}>{transitionInWords(alert.transition)}</span>}
        {count > 1 && <span class="repeats">{counted(count, 'change')} since <Time at={Date.parse(first)} now={now} /></span>}
        <span class="detail clamped" title={alert.description}>{alert.description}</span>
      </td>
      <td role="cell" class="value number">
        {alert.sensor_value === null ? 'not a number' : formatMeasured(alert.sensor_value, alert.sensor_unit)}
      </td>
      <td role="cell" class="sensor"><Name name={alert.sensor_id} /> <span class="detail">{alert.sensor_type}</span></td>
      <td role="cell" class="time number"><Time at={at} now={now} /></td>
      <td role="cell" class="age number"><Age at={at} now={now} /></td>
    </tr>
  )
}

/** Its newest change calls for somebody; after the others it is known, hidden or over. */
function calls({ transition }: RecentAlert): boolean {
  return transition === null || CALLING.includes(transition)
}
