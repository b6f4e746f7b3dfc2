import type { JSX } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { RealTimeMetrics } from '../../contract/api.ts'
import { formatMinutes, formatRate, formatTime } from '../format.ts'
import { Empty, Panel } from '../parts/Panel.tsx'
import { axisIn, colourIn, usePlot } from '../parts/use-plot.ts'

const CHART_HEIGHT_PX = 190
/** Each value is the mean of its step, so it is drawn as one. */
const stepped = uPlot.paths.stepped?.({ align: 1 })

interface ThroughputProps {
  readonly metrics: RealTimeMetrics | undefined
  /** Whether any producer is active. */
  readonly sending: boolean
  /** Whether any consumer is active. */
  readonly storing: boolean
}

/** Readings stored per second over the last 10 minutes. */
export function Throughput({ metrics, sending, storing }: ThroughputProps): JSX.Element {
  const values = metrics?.series.readings_per_second ?? []
  const highest = Math.max(0, ...values)
  return (
    <Panel id="throughput" title="Throughput, last 10 minutes" note="readings/s stored in the database">
      {metrics === undefined && <Empty>Waiting for figures.</Empty>}
      {metrics !== undefined && highest === 0 && (
        <Empty>
          No readings were stored in the last 10 minutes{sending && storing ? '.' : ': '}
          {!sending && <>start producers with <code>make start-producers</code>.</>}
          {sending && !storing && <>start consumers with <code>make start-consumers</code>.</>}
        </Empty>
      )}
      {metrics !== undefined && highest > 0 && <Chart series={metrics.series} summary={summaryOf(values)} />}
    </Panel>
  )
}

function summaryOf(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return `mean ${formatRate(mean)}, lowest ${formatRate(Math.min(...values))}, highest ${formatRate(Math.max(...values))} readings/s`
}

function Chart({ series, summary }: { series: RealTimeMetrics['series'], summary: string }): JSX.Element {
  const reading = useRef<HTMLSpanElement>(null)
  const data = useMemo(() => dataOf(series), [series])
  const place = usePlot(CHART_HEIGHT_PX, (element) => optionsOf(element, (text) => {
    if (reading.current !== null) reading.current.textContent = text
  }), data)
  return (
    <>
      <div class="chart" ref={place} role="img" aria-label={`Readings stored per second over the last 10 minutes: ${summary}`}>
        {/* The canvas takes its colours from here, so that they follow the style sheet. */}
        <span class="chart-line" /><span class="chart-fill" /><span class="chart-grid" /><span class="chart-text" />
      </div>
      <p class="chart-summary"><span>{summary}</span> <span class="chart-reading" ref={reading} aria-hidden="true" /></p>
    </>
  )
}

function dataOf({ start, step_s, readings_per_second }: RealTimeMetrics['series']): uPlot.AlignedData {
  const startS = Date.parse(start) / 1000
  // The end of the last step is a point of its own, so that the step has its width.
  const values = [...readings_per_second, ...readings_per_second.slice(-1)]
  return [values.map((_, index) => startS + index * step_s), values]
}

function optionsOf(element: HTMLElement, showReading: (text: string) => void): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = axisIn(element)
  return {
    legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } },
    padding: [8, 14, 0, 0],
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.15)] } },
    axes: [
      {
        ...axis, size: 30, space: 44, incrs: [60, 120, 300],
        values: (_plot, splits) => splits.map((seconds) => formatMinutes(seconds * 1000)),
      },
      { ...axis, size: 52, values: (_plot, splits) => splits.map(shortNumber) },
    ],
    series: [{}, {
      stroke: colourIn(element, 'chart-line'), fill: colourIn(element, 'chart-fill'), width: 1.5, points: { show: false },
      ...(stepped === undefined ? {} : { paths: stepped }),
    }],
    hooks: {
      setCursor: [(plot) => {
        const index = plot.cursor.idx
        const at = index === null || index === undefined ? undefined : plot.data[0][index]
        const value = index === null || index === undefined ? undefined : plot.data[1]?.[index]
        showReading(at === undefined || value === undefined || value === null
          ? '' : `${formatTime(at * 1000, at * 1000)}: ${formatRate(value)} readings/s`)
      }],
    },
  }
}

const axisNumber = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 })
function shortNumber(value: number): string {
  return axisNumber.format(value)
}
