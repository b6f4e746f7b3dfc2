import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreHistory } from '../../../src/backtest/score-history.ts'
import { dailySine, timesOf } from '../detect/learned/series.ts'

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
