import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { calendarSettings } from '../../../src/calendar/calendar-file.ts'
import { readCalendar } from '../../../src/calendar/config.ts'
import { ExitError } from '../../../src/runtime/errors.ts'
import { parseYaml } from '../../../src/runtime/yaml-file.ts'

const settingsOf = (text: string) => calendarSettings(parseYaml(text, 'c.yaml'))
const weekly = 'name: a, machines: [m], days: [sun], from: "02:00", to: "04:00"'

describe('a calendar file', () => {
  test('of the project is right', () => {
    const calendar = readCalendar(join(import.meta.dirname, '../../../calendar.yaml'))
    assert.equal(calendar.zone.name, 'Europe/Berlin')
    assert.equal(calendar.shiftAt(Date.parse('2026-01-05T05:00:00Z'))?.name, 'early')
    assert.equal(calendar.shiftAt(Date.parse('2026-12-25T08:00:00Z')), null)
    assert.equal(calendar.maintenanceOf('north-press-03')?.(Date.parse('2026-12-28T00:00:00Z'))?.name, 'overhaul of the presses')
    assert.deepEqual(calendar.groups.map(({ name, when }) => [name, when]), [
      ['no power', { machine: 'generator-001', sensor: null, rule: 'critical_threshold_violation' }]])
  })

  test('that says nothing is the plant without a file', () => {
    const { zone, shifts, holidays, maintenance, groups } = settingsOf('{}')
    assert.deepEqual([zone.name, shifts.map(({ name }) => name), holidays.size, maintenance, groups], ['UTC', ['early', 'late', 'night'], 0, [], []])
    assert.equal(readCalendar(null).zone.name, 'UTC')
  })

  test('may be JSON', (t) => {
    const path = join(tmpdir(), 'calendar.json')
    t.after(() => { rmSync(path, { force: true }) })
    writeFileSync(path, JSON.stringify({ time_zone: 'America/New_York' }, null, 2))
    assert.equal(readCalendar(path).zone.name, 'America/New_York')
  })

  const wrong: readonly (readonly [text: string, message: string | RegExp])[] = [
    ['timezone: UTC', 'c.yaml: timezone is unknown; there are time_zone, shifts, holidays, maintenance, suppression_groups'],
    ['time_zone: Mars/Olympus', 'c.yaml: time_zone is "Mars/Olympus"; it must be the name of a time zone like Europe/Berlin'],
    ['time_zone: 1', 'c.yaml: time_zone is 1; it must be the name of a time zone like Europe/Berlin'],
    ['shifts: []', 'c.yaml: shifts is []; it must be a list with at least one item'],
    ['shifts: [{name: a, from: "6:00", to: "14:00"}]', 'c.yaml: shifts[0].from is "6:00"; it must be a time of day like "06:00", up to "24:00"'],
    ['shifts: [{name: a, from: "24:00", to: "14:00"}]', 'c.yaml: shifts[0].from is "24:00"; it must be a time before "24:00"'],
    ['shifts: [{name: a, from: "06:00", to: "14:00", days: [monday]}]',
      'c.yaml: shifts[0].days[0] is "monday"; it must be one of mon, tue, wed, thu, fri, sat, sun'],
    ['shifts: [{name: a, from: "06:00", to: "14:00"}, {name: a, from: "14:00", to: "22:00"}]',
      'c.yaml: shifts[1].name is "a"; it must be a name that no other shift has'],
    ['shifts: [{name: a, from: "06:00", to: "14:00"}, {name: b, from: "13:59", to: "22:00"}]',
      'c.yaml: shifts[1].from is "13:59"; it must be a time at which no other shift runs, as a does'],
    ['shifts: [{name: a, from: "22:00", to: "06:00", days: [sun]}, {name: b, from: "05:00", to: "09:00", days: [mon]}]',
      'c.yaml: shifts[1].from is "05:00"; it must be a time at which no other shift runs, as a does'],
    ['holidays: [2026-02-30]', 'c.yaml: holidays[0] is "2026-02-30"; it must be a day like 2026-12-25'],
    [`maintenance: [{${weekly}, until: x}]`, 'c.yaml: maintenance[0].until is unknown; there are name, machines, from, to, days'],
    ['maintenance: [{name: a, machines: [m], from: "02:00", to: "04:00"}]',
      'c.yaml: maintenance[0].from is "02:00"; it must be a local time like 2026-12-27T06:00; for one that is repeated every week, give days'],
    ['maintenance: [{name: a, machines: [m], from: 2026-12-27T06:00, to: 2026-12-27T06:00}]',
      'c.yaml: maintenance[0].to is "2026-12-27T06:00"; it must be after from'],
    ['maintenance: [{name: a, machines: [], from: 2026-12-27T06:00, to: 2026-12-27T07:00}]',
      'c.yaml: maintenance[0].machines is []; it must be a list with at least one item'],
    ['suppression_groups: [{name: g, when: {rule: bad_quality}, suppress: {machines: [m]}}]',
      'c.yaml: suppression_groups[0].when is {"rule":"bad_quality"}; it must be a mapping with a machine, a sensor or both'],
    ['suppression_groups: [{name: g, when: {machine: m, rule: hot}, suppress: {machines: [n]}}]', /^c\.yaml: suppression_groups\[0\]\.when\.rule is "hot"; it must be one of /],
    ['suppression_groups: [{name: g, when: {machine: m-1}, suppress: {machines: ["m-*"]}}]',
      'c.yaml: suppression_groups[0].suppress.machines is ["m-*"]; it must be other machines than that of when, which would hide itself'],
    ['suppression_groups: [{name: g, when: {machine: m}, suppress: {machines: [n]}}, {name: g, when: {machine: n}, suppress: {machines: [m]}}]',
      'c.yaml: suppression_groups[1].name is "g"; it must be a name that no other group has'],
    ['[', /^c\.yaml is not YAML: /],
    ['a plant', 'c.yaml: the whole is "a plant"; it must be a mapping of names to values'],
  ]
  for (const [text, message] of wrong) {
    test(`is refused with one line: ${text}`, () => {
      assert.throws(() => settingsOf(text), (error: unknown) => {
        assert.ok(error instanceof ExitError)
        assert.ok(!error.message.includes('\n'))
        if (typeof message === 'string') assert.equal(error.message, message)
        else assert.match(error.message, message)
        return true
      })
    })
  }

  test('that is not there is named', () => {
    assert.throws(() => readCalendar('/nowhere/calendar.yaml'), { name: 'ExitError', message: /^the calendar file of PLANT_CALENDAR can't be read: .*\/nowhere\/calendar\.yaml/ })
  })
})
