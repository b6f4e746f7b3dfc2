import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SENSOR_TYPES } from '../../../src/contract/sensor-types.ts'
import type { AlertLevel } from '../../../src/contract/sensor-types.ts'
import { BASELINE_READINGS, NO_EPISODE, RULES, applyRules, emptyMemory } from '../../../src/detect/rules.ts'
import type { Finding } from '../../../src/detect/rules.ts'

const LIMITS = { consecutiveHigh: 3, rapidChange: 10, baselineDeviation: 6 }

/** Each a value with its level, on offsets 0, 1, 2, …; returns what each found. */
function run(readings: readonly (readonly [number, AlertLevel])[]): (readonly Finding[])[] {
  const memory = emptyMemory()
  return readings.map(([value, level], offset) => applyRules(memory, { offset, value, level, unit: '°C', criticalThreshold: 40 }, LIMITS))
}

const names = (found: readonly (readonly Finding[])[]): string[][] => found.map((findings) => findings.map(({ rule }) => rule))

describe('the pattern rules', () => {
  test('find nothing in a healthy signal', () => {
    assert.deepEqual(names(run([[25, 'normal'], [26, 'normal'], [25, 'normal'], [24, 'normal'], [25, 'normal']])), [[], [], [], [], []])
  })

  test('find a critical reading at once, and say its limit', () => {
    const [found] = run([[42.123, 'critical']])
    assert.deepEqual(found, [
      { rule: 'critical_threshold_violation', severity: 'high', description: '42.12 °C, critical from 40 °C', episodeOffset: 0 }])
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

  test('keep the offset that opened an episode until a reading does not fire the rule', () => {
    const critical: readonly [number, AlertLevel] = [41, 'critical']
    const found = run([critical, critical, [38, 'normal'], critical])
    const offsets = found.map((findings) => findings.find(({ rule }) => rule === 'critical_threshold_violation')?.episodeOffset)
    assert.deepEqual(offsets, [0, 0, undefined, 3])
  })

  test('remember a constant size, whatever the sensor does', () => {
    const memory = emptyMemory()
    for (let offset = 0; offset < 1_000; offset++) {
      applyRules(memory, { offset, value: offset % 90, level: offset % 2 === 0 ? 'critical' : 'warning', unit: '', criticalThreshold: 40 }, LIMITS)
    }
    assert.equal(memory.values.length, BASELINE_READINGS)
    assert.equal(memory.episodes.length, RULES.length)
    assert.equal(memory.consecutiveHigh, LIMITS.consecutiveHigh)
  })

  test('have limits for every type that a byte of the snapshot can count to', () => {
    for (const [type, { rules }] of Object.entries(SENSOR_TYPES)) assert.ok(rules.consecutiveHigh >= 1 && rules.consecutiveHigh <= 255, type)
    assert.equal(emptyMemory().episodes.every((episode) => episode === NO_EPISODE), true)
  })
})
