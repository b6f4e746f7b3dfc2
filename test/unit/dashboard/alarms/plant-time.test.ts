import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDay, formatPlantTime } from '../../../../src/dashboard/alarms/plant-time.ts'

test('times are those of the plant\'s clocks, wherever the viewer is', () => {
  assert.equal(formatPlantTime('2026-12-26T23:30:00Z', 'Europe/Berlin'), 'Sun 27 Dec, 00:30')
  assert.equal(formatPlantTime('2026-03-29T01:00:00Z', 'Europe/Berlin'), 'Sun 29 Mar, 03:00')
  assert.equal(formatPlantTime('2026-03-29T01:00:00Z', 'America/New_York'), 'Sat 28 Mar, 21:00')
  assert.equal(formatDay('2026-12-25'), 'Fri 25 Dec')
})
