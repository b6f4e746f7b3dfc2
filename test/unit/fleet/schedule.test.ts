import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownRate, scheduleGroups } from '../../../src/fleet/schedule.ts'

const sensors = [1_000, 5_000, 1_000, 1_000, 5_000].map((intervalMs) => ({ intervalMs }))

test('sensors of one interval take turns, evenly', () => {
  assert.deepEqual(scheduleGroups(sensors, null), [
    { intervalMs: 1_000, stepMs: 1_000 / 3, sensors: [0, 2, 3] }, { intervalMs: 5_000, stepMs: 2_500, sensors: [1, 4] }])
})

test('a rate changes all intervals by one factor', () => {
  assert.ok(Math.abs(ownRate(sensors) - 3.4) < 1e-9)
  const groups = scheduleGroups(sensors, 34)
  assert.deepEqual(groups.map(({ intervalMs }) => Math.round(intervalMs)), [100, 500])
  assert.ok(Math.abs(groups.reduce((sum, { stepMs }) => sum + 1000 / stepMs, 0) - 34) < 1e-9)
})
