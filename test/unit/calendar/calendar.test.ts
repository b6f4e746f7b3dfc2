import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { calendarSettings } from '../../../src/calendar/calendar-file.ts'
import { createCalendar, defaultCalendar } from '../../../src/calendar/calendar.ts'
import type { Calendar } from '../../../src/calendar/calendar.ts'
import type { Span } from '../../../src/calendar/spans.ts'
import { parseYaml } from '../../../src/runtime/yaml-file.ts'

const calendarOf = (content: object): Calendar => createCalendar(calendarSettings(parseYaml(JSON.stringify(content), 'calendar.yaml')))
const at = (text: string): number => Date.parse(text)
const shown = (span: Span | null): string | null => (
  span === null ? null : `${span.name} ${new Date(span.fromMs).toISOString().slice(5, 16)} ${new Date(span.toMs).toISOString().slice(5, 16)}`)

describe('shifts', () => {
  test('without a file are three of eight hours, by UTC', () => {
    const { shiftAt } = defaultCalendar()
    assert.equal(shown(shiftAt(at('2026-01-05T05:59:59.999Z'))), 'night 01-04T22:00 01-05T06:00')
    assert.equal(shown(shiftAt(at('2026-01-05T06:00:00Z'))), 'early 01-05T06:00 01-05T14:00')
    assert.equal(shown(shiftAt(at('2026-01-05T21:00:00Z'))), 'late 01-05T14:00 01-05T22:00')
  })

  test('follow the clocks: the night is an hour shorter in spring and longer in autumn', () => {
    const night = (zone: string): Calendar => calendarOf({ time_zone: zone, shifts: [{ name: 'night', from: '22:00', to: '06:00' }] })
    assert.equal(shown(night('Europe/Berlin').shiftAt(at('2026-03-29T00:00:00Z'))), 'night 03-28T21:00 03-29T04:00')
    assert.equal(shown(night('Europe/Berlin').shiftAt(at('2026-10-25T00:00:00Z'))), 'night 10-24T20:00 10-25T05:00')
    assert.equal(shown(night('America/New_York').shiftAt(at('2026-03-08T06:00:00Z'))), 'night 03-08T03:00 03-08T10:00')
    assert.equal(shown(night('America/New_York').shiftAt(at('2026-11-01T06:00:00Z'))), 'night 11-01T02:00 11-01T11:00')
  })

  test('begin only on their days, and not on holidays', () => {
    const { shiftAt, shiftsBetween } = calendarOf({
      shifts: [{ name: 'day', from: '06:00', to: '22:00', days: ['mon', 'fri'] }, { name: 'night', from: '22:00', to: '06:00', days: ['fri'] }],
      holidays: ['2026-01-05'],
    })
    assert.equal(shiftAt(at('2026-01-05T12:00:00Z')), null, 'a Monday, but a holiday')
    assert.equal(shiftAt(at('2026-01-08T12:00:00Z')), null, 'a Thursday')
    assert.equal(shown(shiftAt(at('2026-01-10T05:00:00Z'))), 'night 01-09T22:00 01-10T06:00', 'it began on Friday')
    assert.deepEqual(shiftsBetween(at('2026-01-09T22:00:00Z'), at('2026-01-12T06:00:00Z')).map(shown), ['night 01-09T22:00 01-10T06:00'])
    assert.deepEqual(shiftsBetween(at('2026-01-09T21:59:00Z'), at('2026-01-12T06:01:00Z')).map(shown),
      ['day 01-09T06:00 01-09T22:00', 'night 01-09T22:00 01-10T06:00', 'day 01-12T06:00 01-12T22:00'])
  })
})

describe('maintenance', () => {
  const calendar = calendarOf({
    time_zone: 'Europe/Berlin',
    maintenance: [
      { name: 'clean', machines: ['m-1', 'press-*'], days: ['sun'], from: '02:00', to: '04:00' },
      { name: 'overhaul', machines: ['press-*'], from: '2026-12-27T06:00', to: '2026-12-29T22:00' },
    ],
  })
  const during = (machine: string, time: string): string | null => shown(calendar.maintenanceOf(machine)?.(at(time)) ?? null)

  test('is of the machines that it names, from its begin up to its end', () => {
    assert.equal(calendar.maintenanceOf('m-2'), null)
    assert.equal(during('m-1', '2026-01-11T00:59:59.999Z'), null)
    assert.equal(during('m-1', '2026-01-11T01:00:00Z'), 'clean 01-11T01:00 01-11T03:00')
    assert.equal(during('m-1', '2026-01-11T03:00:00Z'), null)
    assert.equal(during('press-7', '2026-12-28T00:00:00Z'), 'overhaul 12-27T05:00 12-29T21:00')
    assert.equal(during('m-1', '2026-12-28T00:00:00Z'), null)
  })

  test('lasts as the clocks show it: one real hour in spring, three in autumn', () => {
    assert.equal(during('m-1', '2026-03-29T01:30:00Z'), 'clean 03-29T01:00 03-29T02:00')
    assert.equal(during('m-1', '2026-10-25T00:00:00Z'), 'clean 10-25T00:00 10-25T03:00')
  })

  test('that the clocks skip as a whole is not held', () => {
    const skipped = calendarOf({ time_zone: 'America/New_York', maintenance: [{ name: 'short', machines: ['m'], days: ['sun'], from: '02:10', to: '02:50' }] })
    assert.deepEqual(skipped.maintenanceBetween(at('2026-03-08T00:00:00Z'), at('2026-03-09T00:00:00Z')), [])
    assert.equal(skipped.maintenanceOf('m')?.(at('2026-03-08T07:00:00Z')), null)
    assert.equal(skipped.maintenanceBetween(at('2026-03-15T00:00:00Z'), at('2026-03-16T00:00:00Z')).length, 1)
  })

  test('is listed in its order', () => {
    assert.deepEqual(calendar.maintenanceBetween(at('2026-12-26T00:00:00Z'), at('2027-01-04T00:00:00Z')).map(shown),
      ['clean 12-27T01:00 12-27T03:00', 'overhaul 12-27T05:00 12-29T21:00', 'clean 01-03T01:00 01-03T03:00'])
  })
})
