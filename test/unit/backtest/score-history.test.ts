import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreHistory } from '../../../src/backtest/score-history.ts'
import { createTimeZone } from '../../../src/calendar/time-zone.ts'
import { PER_DAY, dailySine, timesOf } from '../detect/learned/series.ts'

test('a missing value scores 0 and teaches nothing, and the other columns go on', () => {
  const [a, b] = [dailySine(4, (value, index) => (index === 1000 ? 150 : value), 1), dailySine(4, undefined, 2)]
  const times = timesOf(a.length)
  const rows = times.map((timeUs, index) => (
    { timestamp: '', timeUs, cells: [], values: [index === 1001 ? Number.NaN : a[index] as number, b[index] as number], share: 0 }))
  const scores: number[][] = []
  for (const { columns } of scoreHistory({ columns: ['a', 'b'], rows }, 'lite')) scores.push(columns.map((column) => column.score))
  assert.ok((scores[1000]?.[0] ?? 0) > 0.5)
  assert.equal(scores[1001]?.[0], 0)
  const alone: number[] = []
  const present = rows.filter((_, index) => index !== 1001).map((row) => ({ ...row, values: row.values.slice(0, 1) }))
  for (const { columns } of scoreHistory({ columns: ['a'], rows: present }, 'lite')) alone.push(columns[0]?.score ?? Number.NaN)
  assert.deepEqual(scores.map(([score]) => score).toSpliced(1001, 1), alone)
})

test('a change of the clocks does not move what was learned of the hours', () => {
  const zone = createTimeZone('Europe/Berlin')
  // Until three days after it; each hour of the local day with a value of its own.
  const rows = timesOf(32 * PER_DAY).map((timeUs) => {
    const hour = Math.floor((timeUs / 1000 + zone.offsetMs(timeUs / 1000)) / 3_600_000) % 24
    return { timestamp: '', timeUs, cells: [], values: [(hour * 7) % 24 * 10], share: 0 }
  })
  const [local, utc] = [zone, undefined].map((each) => {
    let sum = 0
    for (const { row, columns } of scoreHistory({ columns: ['a'], rows }, 'lite', each)) {
      if (row.timeUs / 1000 >= Date.parse('2026-03-29T01:00:00Z')) sum += Math.abs((row.values[0] as number) - (columns[0]?.result.expected as number))
    }
    return sum / (3 * PER_DAY)
  })
  assert.ok((local as number) < 5 && (utc as number) > 30, `${local} ${utc}`)
})
