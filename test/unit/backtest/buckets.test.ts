import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatherBuckets } from '../../../src/backtest/buckets.ts'
import { scoreHistory } from '../../../src/backtest/score-history.ts'

test('rows are gathered in equal buckets that keep the extremes, as many as fit a chart', () => {
  const count = 10_000
  const rows = Array.from({ length: count }, (_, index) => {
    const value = index === 7000 ? 99 : index === 8000 ? Number.NaN : Math.sin(index)
    return { timestamp: String(index), timeUs: index * 1e6, cells: [String(value)], values: [value], share: 0 }
  })
  const gathered = gatherBuckets()
  for (const scored of scoreHistory({ columns: ['value'], rows }, 'lite')) gathered.take(scored)
  const buckets = gathered.buckets()
  assert.equal(buckets.length, count / 8)
  assert.ok(buckets.every((bucket) => bucket.rows === 8 && bucket.toUs - bucket.fromUs === 7e6))
  assert.equal(buckets[875]?.columns[0]?.high, 99)
  assert.ok((buckets[875]?.score ?? 0) > 0.5)
  assert.equal(Math.max(...buckets.map(({ columns }) => columns[0]?.high ?? 0)), 99)
  assert.ok(buckets.every(({ columns }) => !Number.isNaN(columns[0]?.low)))
})
