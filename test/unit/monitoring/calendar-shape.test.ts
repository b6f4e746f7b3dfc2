import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { defaultCalendar } from '../../../src/calendar/calendar.ts'
import { readCalendar } from '../../../src/calendar/config.ts'
import { buildCalendar } from '../../../src/monitoring/calendar-shape.ts'

test('the calendar of now and the next 7 days', () => {
  const calendar = readCalendar(join(import.meta.dirname, '../../../calendar.yaml'))
  const shown = buildCalendar(calendar, Date.parse('2026-12-25T12:00:00Z'))
  assert.deepEqual([shown.time_zone, shown.utc_offset_min, shown.shift, shown.next_shift, shown.holidays], [
    'Europe/Berlin', 60, null, { name: 'early', from: '2026-12-28T05:00:00.000Z', to: '2026-12-28T13:00:00.000Z' }, ['2026-12-25', '2026-12-26', '2027-01-01'],
  ], 'a Friday that is a holiday')
  assert.deepEqual(shown.maintenance.map(({ name, from, running }) => [name, from, running]), [
    ['weekly clean', '2026-12-27T01:00:00.000Z', false], ['overhaul of the presses', '2026-12-27T05:00:00.000Z', false]])
  const later = buildCalendar(calendar, Date.parse('2026-12-28T06:00:00Z'))
  assert.deepEqual([later.shift?.name, later.next_shift?.name, later.maintenance[0]?.running, later.maintenance[0]?.machines],
    ['early', 'late', true, ['*-press-*']])
})

test('without a file there are three shifts by UTC, and nothing planned', () => {
  const shown = buildCalendar(defaultCalendar(), Date.parse('2026-12-25T12:00:00Z'))
  assert.deepEqual([shown.time_zone, shown.utc_offset_min, shown.shift?.name, shown.next_shift?.name], ['UTC', 0, 'early', 'late'])
  assert.deepEqual([shown.holidays, shown.maintenance, shown.suppression_groups], [[], [], []])
})
