import type { ComponentChildren, JSX } from 'preact'
import type { SensorDetail } from '../../../contract/history-api.ts'
import { formatCount, formatMeasured } from '../../format.ts'
import { formatDuration } from '../../kafka/format-duration.ts'
import { Panel } from '../../parts/Panel.tsx'
import { Age, Time } from '../../parts/Time.tsx'
import { sentence } from '../../words.ts'
import { limitLines } from '../chart-data.ts'
import { formatList } from '../place.ts'
import { learnedInWords } from '../sensor-words.ts'
import { SensorState } from './SensorState.tsx'

/** What is known of a sensor. */
export function SensorFacts({ sensor, now }: { sensor: SensorDetail, now: number }): JSX.Element {
  const { unit, value, newest_at: newest, limits, expected, band_low: low, band_high: high, location, interval_ms: intervalMs } = sensor
  const measured = (figure: number): string => formatMeasured(figure, unit ?? '')
  const lines = limitLines(limits)
  const places = [location.factory_section, location.zone].filter((place) => place !== null)
  const band = low === null || high === null ? '' : `, mostly ${measured(low)} to ${measured(high)}`
  const since = sensor.status_changed_at === null ? null : <> since <Time at={Date.parse(sensor.status_changed_at)} now={now} /></>
  const often = intervalMs === null || intervalMs === 0 ? '' : `, about one every ${formatDuration(nearest(intervalMs))}`
  const aliases = sensor.sends_as.length === 0 ? '' : `; readings also come as ${sensor.sends_as.join(', ')}`
  const known: readonly (readonly [string, ComponentChildren])[] = [
    ['State', <><SensorState sensor={sensor} />{since}</>],
    ['Newest reading', value === null || newest === null ? 'none yet' : <>{measured(value)}, <Age at={Date.parse(newest)} now={now} /></>],
    ['Limits', lines.length === 0 ? 'none' : lines.map((line) => `${line.text} ${measured(line.value)}`).join(', ')],
    ['Expected now', expected === null ? 'not known yet' : measured(expected) + band],
    ['What is normal', learnedInWords(sensor)],
    ['Type', sentence(sensor.sensor_type)],
    ['Machine', location.machine_id === null ? 'not told' : <a href={formatList({ machine: location.machine_id })}>{location.machine_id}</a>],
    ['Place', places.length === 0 ? 'not told' : places.join(', ')],
    ['Readings', formatCount(sensor.readings) + often],
    ['Device', (sensor.serial ?? 'serial number not told') + aliases],
    ['In its place since', <Time at={Date.parse(sensor.replaced_at ?? sensor.registered_at)} now={now} />],
  ]
  return (
    <Panel id="sensor-facts" title="What is known">
      <dl class="facts">{known.map(([name, text]) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>
    </Panel>
  )
}

/** Without the milliseconds that nobody asks for. */
function nearest(intervalMs: number): number {
  return intervalMs < 1_000 ? Math.round(intervalMs) : Math.round(intervalMs / 1_000) * 1_000
}
