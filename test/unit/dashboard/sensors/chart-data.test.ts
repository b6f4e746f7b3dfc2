import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { History } from '../../../../src/contract/history-api.ts'
import { alarmsWithin, columnsOf, limitLines, lonePoints, valueRange } from '../../../../src/dashboard/sensors/chart-data.ts'
import { alarm } from '../../../e2e/fixture-alarms.ts'

const point = (atS: number, mean: number, more: Partial<History['points'][number]> = {}): History['points'][number] => ({
  time: new Date(atS * 1_000).toISOString(), readings: 1, min: mean - 1, max: mean + 1, mean, last: mean, worst_level: 'normal', bad_quality: 0, good: true, ...more,
})

describe('the columns of a chart', () => {
  test('have a gap where nothing was read for three intervals, and none of a bad reading', () => {
    const { times, mean, lowest, highest, bad } = columnsOf({
      step_ms: null, points: [point(0, 1), point(10, 2), point(20, 99, { good: false, bad_quality: 1 }), point(30, 3), point(61, 4)],
    }, 10_000)
    assert.deepEqual(times, [0, 10, 20, 30, 45.5, 61])
    assert.deepEqual(mean, [1, 2, undefined, 3, null, 4])
    assert.deepEqual([lowest[0], highest[0], lowest[4]], [0, 2, null])
    assert.deepEqual(bad, [undefined, undefined, 99, undefined, undefined, undefined])
    assert.deepEqual(lonePoints(mean), [5])
  })

  test('are in the middle of their steps', () => {
    const columns = columnsOf({ step_ms: 60_000, points: [point(0, 1), point(60, 2), point(240, 3)] }, 1_000)
    assert.deepEqual(columns.times, [30, 90, 180, 270])
    assert.deepEqual(columns.mean, [1, 2, null, 3])
  })
})

test('limits are lines, as far as there are any', () => {
  assert.deepEqual(limitLines({ critical: 40, warning: null, low: 0, critical_low: null }),
    [{ value: 40, text: 'critical', kind: 'critical' }, { value: 0, text: 'low', kind: 'warning' }])
})

test('the range has the readings with some room, and what is near', () => {
  const [low, high] = valueRange(20, 30, [35, 200])
  assert.ok(low < 20 && low > 15 && high > 35 && high < 40, `${low} to ${high}`)
  assert.deepEqual(valueRange(null, null, []), [0, 1])
  for (const [from, to] of [valueRange(null, null, [5]), valueRange(7, 7, []), valueRange(0, 0, [])]) assert.ok(from < to, `${from} to ${to}`)
  assert.ok(valueRange(-1e308, 1e308, [1])[0] < 1)
})

test('alarms of a time are those that stood in it', () => {
  const now = Date.now()
  const alarms = [
    alarm(now, 1, 100), alarm(now, 2, 5_000), alarm(now, 3, 5_000, { cleared_at: new Date(now - 4_000_000).toISOString() }),
    alarm(now, 4, 5_000, { cleared_at: new Date(now - 1_000).toISOString() }),
  ]
  assert.deepEqual(alarmsWithin(alarms, now - 3_600_000, now).map(({ episode_id: id }) => id), [1, 2, 4].map((place) => alarms[place - 1]?.episode_id))
  assert.deepEqual(alarmsWithin(alarms, now - 3_600_000, now - 200_000).length, 2)
})
