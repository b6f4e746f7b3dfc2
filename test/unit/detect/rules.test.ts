import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MOST_CONSECUTIVE } from '../../../src/contract/alarm-limits.ts'
import type { AlertLevel } from '../../../src/contract/sensor-types.ts'
import { BASELINE_READINGS, RULES, applyRules, describeRule, emptyMemory, remember } from '../../../src/detect/rules.ts'

const LIMITS = { consecutiveHigh: 3, rapidChange: 10, baselineDeviation: 6 }

interface Finding {
  readonly rule: string
  readonly description: string
}

/** Each a value with its level; returns what each found. */
function run(readings: readonly (readonly [number, AlertLevel])[]): Finding[][] {
  const memory = emptyMemory()
  return readings.map(([value, level]) => {
    const fired = applyRules(memory, value, level, LIMITS)
    const found = RULES.filter((_, index) => (fired & (1 << index)) !== 0)
      .map((rule) => ({ rule, description: describeRule(rule, memory, value, '°C', 40, LIMITS.consecutiveHigh) }))
    remember(memory, value)
    return found
  })
}

const names = (found: readonly (readonly Finding[])[]): string[][] => found.map((findings) => findings.map(({ rule }) => rule))

describe('the pattern rules', () => {
  test('find nothing in a healthy signal', () => {
    assert.deepEqual(names(run([[25, 'normal'], [26, 'normal'], [25, 'normal'], [24, 'normal'], [25, 'normal']])), [[], [], [], [], []])
  })

  test('find a critical reading at once, and say its limit', () => {
    assert.deepEqual(run([[42.123, 'critical']]), [[{ rule: 'critical_threshold_violation', description: '42.12 °C, critical from 40 °C' }]])
  })

  test('find so many high readings in a row, and not one less', () => {
    assert.deepEqual(names(run([[36, 'warning'], [36, 'warning'], [30, 'normal'], [36, 'warning'], [36, 'warning'], [36, 'warning']])),
      [[], [], [], [], [], ['consecutive_high_alerts']])
  })

  test('find a step that is larger than the limit, in both directions, and not one that is as large', () => {
    const found = run([[20, 'normal'], [30, 'normal'], [19.9, 'normal']])
    assert.deepEqual(names(found), [[], [], ['rapid_value_change']])
    assert.match(found[2]?.[0]?.description ?? '', /^fell by 10\.1 °C in one reading, to 19\.9 °C$/)
  })

  test('find a distance from the mean of the readings before, once there are enough of them', () => {
    const found = run([[20, 'normal'], [20, 'normal'], [20, 'normal'], [27, 'normal'], [28, 'normal']])
    assert.deepEqual(names(found), [[], [], [], [], ['baseline_deviation']])
    assert.equal(found[4]?.[0]?.description, '28 °C, 6.25 °C above its baseline of 21.75 °C')
  })

  test('remember a constant size, whatever the sensor does', () => {
    const memory = emptyMemory()
    for (let index = 0; index < MOST_CONSECUTIVE - 1; index++) {
      applyRules(memory, index % 90, index % 2 === 0 ? 'critical' : 'warning', LIMITS)
      remember(memory, index % 90)
    }
    assert.equal(memory.values.length, BASELINE_READINGS)
    assert.equal(memory.consecutiveHigh, MOST_CONSECUTIVE - 1)
    applyRules(memory, 1, 'warning', LIMITS)
    applyRules(memory, 1, 'warning', LIMITS)
    assert.equal(memory.consecutiveHigh, MOST_CONSECUTIVE)
  })

  test('count on beyond a limit, so that a higher one finds what was before it', () => {
    const memory = emptyMemory()
    const fires = (consecutiveHigh: number): boolean => applyRules(memory, 36, 'warning', { ...LIMITS, consecutiveHigh }) !== 0
    assert.deepEqual([2, 2, 2, 4, 6, 6].map(fires), [false, true, true, true, false, true])
  })
})
