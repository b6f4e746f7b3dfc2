import type { JSX } from 'preact'
import { useCallback, useMemo } from 'preact/hooks'
import type { Alarms } from '../../contract/alarm-api.ts'
import type { History } from '../../contract/history-api.ts'
import { counted, formatCount, formatMeasured } from '../format.ts'
import { formatDuration } from '../kafka/format-duration.ts'
import { usePolled } from '../kafka/use-polled.ts'
import { Mark } from '../parts/Mark.tsx'
import { Empty, Panel } from '../parts/Panel.tsx'
import type { Access } from '../use-session.ts'
import { alarmsWithin } from './chart-data.ts'
import { PointsTable } from './parts/PointsTable.tsx'
import { SensorActions } from './parts/SensorActions.tsx'
import { SensorAlarms } from './parts/SensorAlarms.tsx'
import { SensorChart } from './parts/SensorChart.tsx'
import { SensorEvents } from './parts/SensorEvents.tsx'
import { SensorFacts } from './parts/SensorFacts.tsx'
import { SPANS, SPAN_NAMES, formatSensor } from './place.ts'
import type { SpanName } from './place.ts'
import { useSensor } from './use-sensor.ts'

/** A sensor of two seconds is drawn reading by reading for an hour. */
const POINTS = 2_000
const MOST_ALARMS = 200
const ALARMS_EVERY_MS = 5_000

interface SensorViewProps {
  readonly id: string
  readonly span: SpanName
  readonly access: Access
  readonly now: number
}

/** One sensor: its history, what is known of it, its alarms, and what people did to it. */
export function SensorView({ id, span, access, now }: SensorViewProps): JSX.Element {
  const { ms, everyMs } = SPANS[span]
  const from = useCallback(() => `&from=${new Date(Date.now() - ms).toISOString()}`, [ms])
  const { sensor, error, act } = useSensor(id, access.check)
  const history = usePolled<History>(
    `./api/sensors/${encodeURIComponent(id)}/history?points=${POINTS}`, everyMs, from)
  const alarms = usePolled<Alarms>(`./api/alarms?${new URLSearchParams({ sensor: id, limit: String(MOST_ALARMS) }).toString()}`, ALARMS_EVERY_MS)
  const within = useMemo(() => (history.data === undefined || alarms.data === undefined
    ? [] : alarmsWithin(alarms.data.alarms, Date.parse(history.data.from), Date.parse(history.data.to))), [history.data, alarms.data])
  const problem = error ?? history.error ?? alarms.error
  return (
    <>
      <p class="back"><a href="#">All sensors</a></p>
      {problem !== null && <p class="panel panel-line" role="alert"><Mark kind="critical" /><span class="wrong">{problem}</span></p>}
      {sensor === undefined && problem === null && <Empty>Reading …</Empty>}
      {sensor !== undefined && (
        <>
          <Panel id="sensor" title={sensor.name ?? sensor.sensor_id} note={sensor.name === null ? undefined : sensor.sensor_id}>
            <nav class="tabs" aria-label="Time that is shown">
              {SPAN_NAMES.map((name) => (
                <a key={name} href={formatSensor(id, name)} aria-current={name === span ? 'true' : undefined}>{SPANS[name].text}</a>
              ))}
            </nav>
            {history.data === undefined && <Empty>Reading …</Empty>}
            {history.data !== undefined && (
              <>
                <SensorChart
                  sensor={sensor} history={history.data} alarms={within}
                  label={`${sensor.sensor_id}, the last ${SPANS[span].text}: ${inWords(history.data)}`}
                />
                <p class="chart-summary">{inWords(history.data)}</p>
                <PointsTable history={history.data} />
              </>
            )}
          </Panel>
          <div class="sensor-parts">
            <SensorFacts sensor={sensor} now={now} />
            <Panel id="sensor-actions" title="Changes">
              <SensorActions sensor={sensor} access={access} act={act} />
              <SensorEvents events={sensor.events} now={now} />
            </Panel>
          </div>
          <SensorAlarms sensorId={id} alarms={within} span={SPANS[span].text} access={access} now={now} />
        </>
      )}
    </>
  )
}

/** What is drawn, for those who can't see it: `mean 24.1 °C, lowest 20 °C, highest 31 °C; each point is a minute`. */
function inWords({ points, unit, step_ms: stepMs, level }: History): string {
  const good = points.filter((point) => point.good)
  const bad = points.reduce((sum, point) => sum + point.bad_quality, 0)
  const poor = bad === 0 ? [] : [`${counted(bad, 'reading')} of bad quality`]
  if (good.length === 0) return ['no good readings', ...poor].join('; ')
  const readings = good.reduce((sum, point) => sum + point.readings, 0)
  const mean = good.reduce((sum, point) => sum + point.mean * point.readings, 0) / readings
  const measured = (value: number): string => formatMeasured(value, unit ?? '')
  const figures = `mean ${measured(mean)}, lowest ${measured(Math.min(...good.map(({ min }) => min)))}, `
    + `highest ${measured(Math.max(...good.map(({ max }) => max)))} of ${formatCount(readings)} readings`
  return [figures, ...poor, stepMs === null ? 'each reading by itself' : `each point is ${formatDuration(stepMs)}`,
    ...level === 'raw' ? [] : ['readings of bad quality are only in shorter times']].join('; ')
}
