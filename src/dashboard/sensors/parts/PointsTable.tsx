import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { History } from '../../../contract/history-api.ts'
import { formatCount, formatMeasured, formatTime } from '../../format.ts'
import { useShortened } from '../../parts/use-shortened.tsx'

const MOST_ROWS = 100

/** The points of the chart as a table, newest first, made when it is opened. */
export function PointsTable({ history }: { history: History }): JSX.Element {
  const [open, setOpen] = useState(false)
  return (
    <details class="points" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Show as table</summary>
      {open && <Points history={history} />}
    </details>
  )
}

function Points({ history: { points, unit, sensor_id: id } }: { history: History }): JSX.Element {
  const { shown, button } = useShortened(points.toReversed(), MOST_ROWS, 'point')
  const measured = (value: number): string => formatMeasured(value, unit ?? '')
  return (
    <>
      <div class="wide-table">
        <table>
          <caption class="hidden">Readings of {id}, newest first</caption>
          <thead>
            <tr>
              <th scope="col">From</th><th scope="col" class="number">Mean</th><th scope="col" class="number">Lowest</th>
              <th scope="col" class="number">Highest</th><th scope="col" class="number">Readings</th><th scope="col">Quality</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ time, mean, min, max, readings, good, bad_quality: bad }) => (
              <tr key={time} class={good ? '' : 'quiet'}>
                <td><time dateTime={time}>{formatTime(Date.parse(time), Date.now())}</time></td>
                <td class="number">{measured(mean)}</td><td class="number">{measured(min)}</td><td class="number">{measured(max)}</td>
                <td class="number">{formatCount(readings)}</td><td>{!good ? 'bad' : bad === 0 ? 'good' : `good; ${formatCount(bad)} bad left out`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {button}
    </>
  )
}
