import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scoreAlarms } from '../../../src/alarm/scorecard.ts'
import type { Activation } from '../../../src/alarm/scorecard.ts'
import { calendarSettings } from '../../../src/calendar/calendar-file.ts'
import { createCalendar, defaultCalendar } from '../../../src/calendar/calendar.ts'
import { fieldOf } from '../../../src/runtime/checked-fields.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const CALENDAR = defaultCalendar()
const DAY = { fromMs: 1_000 * HOUR_MS, toMs: 1_024 * HOUR_MS, operators: 1 }

function alarm(raisedMs: number, more: Partial<Activation> = {}): Activation {
  return { sensorId: 'T-1', rule: 'critical_threshold_violation', priority: 'low', raisedMs, clearedMs: raisedMs + 5 * MINUTE_MS, ...more }
}

describe('the scorecard', () => {
  test('is all zero of a day without alarms', () => {
    const card = scoreAlarms([], DAY, CALENDAR)
    assert.equal(card.alarms, 0)
    assert.equal(card.floodPercent, 0)
    assert.deepEqual(card.priorities.high, { alarms: 0, percent: 0 })
    assert.deepEqual(card.badActors, [])
  })

  test('calls more than 10 in 10 minutes a flood, and ten not', () => {
    const burst = (count: number, atMs: number) => Array.from({ length: count }, (_, index) => alarm(DAY.fromMs + atMs + index * 1_000))
    assert.deepEqual(scoreAlarms(burst(10, 0), DAY, CALENDAR).floods, [])
    const card = scoreAlarms([...burst(11, 0), ...burst(12, 10 * MINUTE_MS), ...burst(11, 5 * HOUR_MS)], DAY, CALENDAR)
    assert.deepEqual(card.floods, [
      { fromMs: DAY.fromMs + 5 * HOUR_MS, toMs: DAY.fromMs + 5 * HOUR_MS + 10 * MINUTE_MS, alarms: 11 },
      { fromMs: DAY.fromMs, toMs: DAY.fromMs + 20 * MINUTE_MS, alarms: 23 },
    ])
    assert.equal(card.floodPercent, 3 * 100 / 144)
    assert.equal(card.per10Min.most, 12)
    assert.equal(card.perDay, 34)
    assert.deepEqual(scoreAlarms(burst(11, 0), { ...DAY, operators: 2 }, CALENDAR).floods, [], 'two share them')
  })

  test('counts what stands, and what stands for longer than a day as stale', () => {
    const card = scoreAlarms([
      alarm(DAY.toMs - 25 * HOUR_MS, { clearedMs: null }), alarm(DAY.toMs - 24 * HOUR_MS, { clearedMs: null, sensorId: 'T-2' }),
      alarm(DAY.toMs - 30 * HOUR_MS, { clearedMs: DAY.toMs - HOUR_MS }),
    ], DAY, CALENDAR)
    assert.equal(card.standing, 2)
    assert.deepEqual(card.stale, [{ sensorId: 'T-1', rule: 'critical_threshold_violation', raisedMs: DAY.toMs - 25 * HOUR_MS }])
    assert.equal(card.alarms, 1, 'raised in the span')
  })

  test('finds three transitions in a minute, and not three in more', () => {
    const twice = (clearS: number, againS: number) => [
      alarm(DAY.fromMs, { clearedMs: DAY.fromMs + clearS * 1_000 }), alarm(DAY.fromMs + againS * 1_000, { clearedMs: null })]
    assert.deepEqual(scoreAlarms(twice(20, 59), DAY, CALENDAR).chattering, [{ sensorId: 'T-1', rule: 'critical_threshold_violation', mostPerMinute: 3 }])
    assert.deepEqual(scoreAlarms(twice(20, 60), DAY, CALENDAR).chattering, [])
  })

  test('shares the alarms by priority, and names those that come most, with what would spare them', () => {
    const often = Array.from({ length: 15 }, (_, index) => alarm(DAY.fromMs + index * HOUR_MS, { clearedMs: DAY.fromMs + index * HOUR_MS + 4_000 }))
    const card = scoreAlarms([...often, alarm(DAY.fromMs, { sensorId: 'T-2', priority: 'high' })], DAY, CALENDAR)
    assert.deepEqual(card.priorities, {
      high: { alarms: 1, percent: 6.25 }, medium: { alarms: 0, percent: 0 }, low: { alarms: 15, percent: 93.75 },
    })
    assert.deepEqual(card.badActors.map(({ sensorId, alarms, percent }) => [sensorId, alarms, percent]), [['T-1', 15, 93.75], ['T-2', 1, 6.25]])
    assert.deepEqual(card.badActors[0]?.proposal, { setting: 'onDelayMs', delayMs: 5_000, alarmsBefore: 15, alarmsAfter: 0 })
  })
})

describe('the scorecard by the plant\'s clocks', () => {
  const calendar = createCalendar(calendarSettings(fieldOf('calendar.yaml', {
    time_zone: 'Europe/Berlin', shifts: [{ name: 'early', from: '06:00', to: '14:00' }, { name: 'night', from: '22:00', to: '06:00' }], holidays: ['2026-10-26'],
  })))
  // From noon to noon two days later; the clocks are set back in the first night.
  const span = { fromMs: Date.parse('2026-10-24T10:00:00Z'), toMs: Date.parse('2026-10-26T11:00:00Z'), operators: 2 }
  const raised = ['2026-10-24T10:30:00Z', '2026-10-24T21:59:00Z', '2026-10-24T22:00:00Z', '2026-10-25T22:59:00Z', '2026-10-25T23:00:00Z', '2026-10-26T06:00:00Z']

  test('says how much each shift had to do, an hour longer where the clocks were set back', () => {
    assert.deepEqual(scoreAlarms(raised.map((time) => alarm(Date.parse(time))), span, calendar).shifts, [
      { name: 'early', alarms: 1, lastedMs: 10 * HOUR_MS, per10Min: 1 / 60 / 2 }, { name: 'night', alarms: 4, lastedMs: 17 * HOUR_MS, per10Min: 4 / 102 / 2 },
      { name: null, alarms: 1, lastedMs: 22 * HOUR_MS, per10Min: 1 / 132 / 2 },
    ])
  })

  test('counts local days, also those without an alarm', () => {
    assert.deepEqual(scoreAlarms(raised.map((time) => alarm(Date.parse(time))), span, calendar).days, [
      { day: '2026-10-24', alarms: 2 }, { day: '2026-10-25', alarms: 2 }, { day: '2026-10-26', alarms: 2 }])
    assert.deepEqual(scoreAlarms([], { ...span, fromMs: Date.parse('2026-10-25T22:00:00Z'), toMs: Date.parse('2026-10-25T23:00:00Z') }, calendar).days, [
      { day: '2026-10-25', alarms: 0 }], 'up to midnight')
  })
})
