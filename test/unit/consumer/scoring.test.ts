import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveSettings } from '../../../src/alarm/alarm-rules.ts'
import { calendarSettings } from '../../../src/calendar/calendar-file.ts'
import { createCalendar } from '../../../src/calendar/calendar.ts'
import { sensorAlarms } from '../../../src/consumer/alarm-settings.ts'
import { plantTime } from '../../../src/calendar/plant-time.ts'
import { bitOf, judgeReading, learnAgain } from '../../../src/consumer/scoring.ts'
import { createSensorMemory } from '../../../src/consumer/sensor-memory.ts'
import { ALARM_RULES } from '../../../src/contract/alarm.ts'
import { UTC_OFFSET_MIN, createDetector, saveDetector } from '../../../src/detect/learned/state.ts'
import type { Detector } from '../../../src/detect/learned/state.ts'
import { fieldOf } from '../../../src/runtime/checked-fields.ts'

const calendar = createCalendar(calendarSettings(fieldOf('calendar.yaml', {
  time_zone: 'Europe/Berlin', maintenance: [{ name: 'overhaul', machines: ['m-1'], from: '2026-03-28T12:00', to: '2026-03-28T14:00' }],
})))
const alarms = sensorAlarms(ALARM_RULES.map((rule) => resolveSettings('temperature', rule)), 0.7)
const memory = createSensorMemory(createDetector('full'))
const detector = memory.detector as Detector
const LEARNED = bitOf('learned_anomaly')

function judge(time: string, value: number, machine = 'm-1', of = memory): string[] {
  const timeUs = Date.parse(time) * 1000
  const told: string[] = []
  judgeReading(of, {
    timeUs, offset: 0, value, level: value >= 40 ? 2 : 0, quality: 1, thresholds: { warning: 35, critical: 40 },
    ...plantTime(calendar, machine, timeUs),
  }, alarms, (transition, rule) => { if (transition !== 'updated') told.push(`${rule} ${transition}`) })
  return told
}

test('in maintenance a sensor is neither scored nor learned; its rules go on, and what it was found unusual for stands', () => {
  const begin = Date.parse('2026-03-28T00:00:00Z')
  for (let minute = 0; minute < 600; minute++) judge(new Date(begin + minute * 60_000).toISOString(), 25 + Math.sin(minute) / 10)
  assert.deepEqual(judge('2026-03-28T10:59:00Z', 31), ['learned_anomaly raised'])
  const before = saveDetector(detector)
  assert.deepEqual(judge('2026-03-28T11:30:00Z', 42), ['baseline_deviation raised', 'rapid_value_change raised', 'critical_threshold_violation raised'])
  const other = createSensorMemory(createDetector('full'))
  for (let minute = 31; minute < 60; minute++) {
    // Of a machine that works, in between: what was found of its sensor is not taken for what is found of this one.
    judge(`2026-03-28T11:${minute}:00Z`, 25, 'm-2', other)
    assert.deepEqual(judge(`2026-03-28T11:${minute}:00Z`, 25).filter((told) => told.startsWith('learned')), [])
  }
  const timeUs = Date.parse('2026-03-28T12:00:00Z') * 1000
  learnAgain(memory, { timeUs, value: 90, quality: 1, ...plantTime(calendar, 'm-1', timeUs) })
  assert.deepEqual(saveDetector(detector), before)
  assert.notEqual(memory.open & LEARNED, 0)
  assert.deepEqual(judge('2026-03-28T13:00:00Z', 25), [])
  assert.notDeepEqual(saveDetector(detector), before)
  const after = Array.from({ length: 59 }, (_, minute) => judge(new Date(Date.parse('2026-03-28T13:01:00Z') + minute * 60_000).toISOString(), 25 + Math.sin(minute) / 10)).flat()
  assert.deepEqual(after, ['learned_anomaly cleared'])
})

test('the hours of a detector follow the plant\'s clocks', () => {
  assert.equal(detector.numbers[UTC_OFFSET_MIN], 60)
  judge('2026-03-29T00:59:59.999Z', 25)
  assert.equal(detector.numbers[UTC_OFFSET_MIN], 60)
  judge('2026-03-29T01:00:00Z', 25)
  assert.equal(detector.numbers[UTC_OFFSET_MIN], 120)
})
