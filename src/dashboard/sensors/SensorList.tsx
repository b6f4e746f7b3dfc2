import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Sensor, Sensors } from '../../contract/history-api.ts'
import { counted, formatCount, formatMeasured } from '../format.ts'
import { usePolled } from '../kafka/use-polled.ts'
import { Mark } from '../parts/Mark.tsx'
import { Name } from '../parts/Name.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import { SensorName } from '../parts/SensorName.tsx'
import { Age } from '../parts/Time.tsx'
import { sentence } from '../words.ts'
import { FilterForm } from './parts/FilterForm.tsx'
import { SensorState } from './parts/SensorState.tsx'
import { filterParts, formatList, formatSensor } from './place.ts'
import type { Filter } from './place.ts'
import { learnedInWords } from './sensor-words.ts'

const PAGE = 50
const EVERY_MS = 5_000

interface SensorListProps {
  readonly filter: Filter
  /** From 1. */
  readonly page: number
  readonly now: number
}

/** A page of the sensors that fit. */
export function SensorList({ filter, page, now }: SensorListProps): JSX.Element {
  const query = new URLSearchParams({ ...filterParts(filter), limit: String(PAGE), offset: String((page - 1) * PAGE) }).toString()
  const { data, error } = usePolled<Sensors>(`./api/sensors?${query}`, EVERY_MS)
  const seenPage = useRef(page)
  useEffect(() => {
    // The link to the next page is below the list.
    if (seenPage.current !== page) scrollTo(0, 0)
    seenPage.current = page
  }, [page])
  return (
    <Panel id="sensors" title="Sensors" note={data === undefined ? undefined : counted(data.total, 'sensor')}>
      <FilterForm filter={filter} />
      {error !== null && <p class="panel-line" role="alert"><Mark kind="critical" /><span class="wrong">{error}</span></p>}
      {data === undefined && error === null && <Empty>Reading …</Empty>}
      {data !== undefined && data.sensors.length === 0 && <Empty>No sensor fits.</Empty>}
      {data !== undefined && data.sensors.length > 0 && <Rows sensors={data.sensors} now={now} />}
      {data !== undefined && data.total > PAGE && <Pages filter={filter} page={page} last={Math.ceil(data.total / PAGE)} />}
    </Panel>
  )
}

function Rows({ sensors, now }: { sensors: readonly Sensor[], now: number }): JSX.Element {
  return (
    <table class="sensors" role="table">
      <caption class="hidden">Sensors with their newest readings</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Sensor</th><th scope="col" role="columnheader">Machine</th>
          <th scope="col" role="columnheader">State</th><th scope="col" role="columnheader" class="number">Newest value</th>
          <th scope="col" role="columnheader" class="after-number">Learned</th><th scope="col" role="columnheader">Open alarms</th>
        </tr>
      </thead>
      <tbody role="rowgroup">{sensors.map((sensor) => <Row key={sensor.sensor_id} sensor={sensor} now={now} />)}</tbody>
    </table>
  )
}

function Row({ sensor, now }: { sensor: Sensor, now: number }): JSX.Element {
  const { sensor_id: id, name, sensor_type: type, location: { machine_id: machine }, value, unit, newest_at: newest } = sensor
  return (
    <tr role="row" class="sensor">
      <td role="cell" class="sensor-name">
        <a href={formatSensor(id)}><SensorName id={id} name={name} /></a><span class="detail">{sentence(type)}</span>
      </td>
      <td role="cell" class="sensor-machine">{machine !== null && <a href={formatList({ machine })}><Name name={machine} /></a>}</td>
      <td role="cell" class="sensor-state"><SensorState sensor={sensor} /></td>
      <td role="cell" class="sensor-value number">
        {value === null || unit === null ? <span class="quiet">none</span> : formatMeasured(value, unit)}
        {newest !== null && <span class="detail"><Age at={Date.parse(newest)} now={now} /></span>}
      </td>
      <td role="cell" class="sensor-learned">{learnedInWords(sensor)}</td>
      <td role="cell" class="sensor-alarms"><OpenAlarms sensor={sensor} /></td>
    </tr>
  )
}

function OpenAlarms({ sensor: { open_alarms: count, alarm_priority: priority } }: { sensor: Sensor }): JSX.Element {
  if (priority === null) return <span class="quiet">none</span>
  return <span class="state"><Mark kind={priority} />{formatCount(count)}, {count === 1 ? priority : `worst ${priority}`}</span>
}

function Pages({ filter, page, last }: { filter: Filter, page: number, last: number }): JSX.Element {
  return (
    <nav class="pages-of-list" aria-label="Pages of the list">
      {page > 1 && <a href={formatList(filter, page - 1)}>Previous</a>}
      <span>Page {formatCount(page)} of {formatCount(last)}</span>
      {page < last && <a href={formatList(filter, page + 1)}>Next</a>}
    </nav>
  )
}
