import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTimestamp } from '../../../src/backtest/timestamp.ts'

test('times are read in UTC, or with the offset that they name, to the microsecond', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['2026-03-01 06:00:00', Date.UTC(2026, 2, 1, 6) * 1000],
    ['2026-03-01T06:00:00Z', Date.UTC(2026, 2, 1, 6) * 1000],
    ['2026-03-01T06:00:00+02:00', Date.UTC(2026, 2, 1, 4) * 1000],
    ['2026-03-01T06:00:00-0130', Date.UTC(2026, 2, 1, 7, 30) * 1000],
    ['2026-03-01 06:00:00.25', Date.UTC(2026, 2, 1, 6) * 1000 + 250_000],
    ['2026-03-01T06:00:00.123456789Z', Date.UTC(2026, 2, 1, 6) * 1000 + 123_456],
    ['2026-03-01 06:00', Date.UTC(2026, 2, 1, 6) * 1000],
    ['2026-03-01', Date.UTC(2026, 2, 1) * 1000],
    ['1969-12-31 23:59:59', -1e6],
  ]
  for (const [text, us] of cases) assert.equal(parseTimestamp(text), us, text)
})

test('what is no time is none', () => {
  for (const text of ['', 'value', '12.5', '2026-02-30 06:00:00', '2026-13-01', '2026-03-01 25:00:00', '01.03.2026', '2026-03-01 06:61:00', '1772344800']) {
    assert.ok(Number.isNaN(parseTimestamp(text)), text)
  }
})
