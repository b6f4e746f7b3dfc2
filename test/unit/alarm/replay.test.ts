import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defaultSettings, resolveSettings } from '../../../src/alarm/alarm-rules.ts'
import type { AlarmOverride, AlarmSettings } from '../../../src/alarm/alarm-rules.ts'
import { NOTHING_FOUND, replayDetector } from '../../../src/alarm/learned-replay.ts'
import { REPLAYED_RULES, createReplay } from '../../../src/alarm/replay.ts'
import type { ReplaySettings, ReplayedReading } from '../../../src/alarm/replay.ts'
import type { PlantTime } from '../../../src/calendar/plant-time.ts'
import { sensorAlarms } from '../../../src/consumer/alarm-settings.ts'
import { judgeReading } from '../../../src/consumer/scoring.ts'
import { createSensorMemory } from '../../../src/consumer/sensor-memory.ts'
import { ALARM_RULES } from '../../../src/contract/alarm.ts'
import type { AlarmRule } from '../../../src/contract/alarm.ts'
import { ALERT_LEVELS, alertLevelOf } from '../../../src/contract/sensor-types.ts'
import { createDetector } from '../../../src/detect/learned/state.ts'
import type { Mode } from '../../../src/detect/learned/state.ts'
import { createRandom, randomState } from '../../../src/sensor/random.ts'

const THRESHOLDS = { warning: 35, critical: 40 }
const SCORE = 0.5
const HOUR_MS = 3_600_000

/** A noisy sensor with spikes, stretches that are too high, and some readings of bad quality; one every 20 s, for two days. */
function series(): ReplayedReading[] {
  const random = createRandom(randomState('replay'))
  return Array.from({ length: 8_640 }, (_, index) => {
    const spike = random.uniform() < 0.004 ? 14 : 0
    const value = 27 + 4 * Math.sin(index / 700) + 2 * random.uniform() + spike + (index % 2_000 > 1_900 ? 8 : 0)
    return { timeMs: index * 20_000, value, level: alertLevelOf(value, THRESHOLDS), quality: random.uniform() < 0.02 ? 0.2 : null }
  })
}

/** Clocks that are changed in the second night, and maintenance of two hours in which the sensor is too high. */
const plantTimeAt = (timeMs: number): PlantTime => ({
  utcOffsetMin: timeMs < 30 * HOUR_MS ? 60 : 120, inMaintenance: timeMs > 21 * HOUR_MS && timeMs < 23 * HOUR_MS,
})

/** `rule raised|cleared time`, in the order in which the consumers find them. */
function byConsumer(readings: readonly ReplayedReading[], settingsOf: (rule: AlarmRule) => AlarmSettings, mode: Mode): string[] {
  const memory = createSensorMemory(createDetector(mode))
  const alarms = sensorAlarms(ALARM_RULES.map(settingsOf), SCORE)
  const found: string[] = []
  for (const [offset, { timeMs, value, level, quality }] of readings.entries()) {
    judgeReading(memory, {
      timeUs: timeMs * 1_000, offset, value, level: ALERT_LEVELS.indexOf(level), quality: quality ?? Number.NaN, thresholds: THRESHOLDS,
      ...plantTimeAt(timeMs),
    }, alarms, (transition, rule) => { if (transition === 'raised' || transition === 'cleared') found.push(`${rule} ${transition} ${timeMs}`) })
  }
  return found.toSorted()
}

function byReplay(readings: readonly ReplayedReading[], settingsOf: (rule: AlarmRule) => AlarmSettings, mode: Mode): string[] {
  const settings = Object.fromEntries(REPLAYED_RULES.map((rule) => {
    const own = settingsOf(rule)
    return [rule, rule === 'learned_anomaly' ? { ...own, limit: own.limit ?? SCORE } : own]
  })) as ReplaySettings
  const replay = createReplay(THRESHOLDS, settings)
  const detector = replayDetector(mode, plantTimeAt)
  for (const reading of readings) replay.take(reading, detector.take(reading))
  return replay.episodes().flatMap(({ rule, raisedMs, clearedMs }) => (
    [`${rule} raised ${raisedMs}`, ...clearedMs === null ? [] : [`${rule} cleared ${clearedMs}`]])).toSorted()
}

describe('a replay', () => {
  const readings = series()
  const tried: Partial<Record<AlarmRule, AlarmOverride>> = {
    consecutive_high_alerts: { limit: 6 }, rapid_value_change: { limit: 2 }, baseline_deviation: { limit: 3, offDelayMs: 0 },
    learned_anomaly: { limit: 0.6, offDelayMs: 60_000 }, critical_threshold_violation: { limit: 39, deadband: 2 }, bad_quality: { onDelayMs: 1_000 },
    low_threshold_violation: { enabled: true, limit: 24 },
  }
  for (const mode of ['full', 'lite'] as const) {
    test(`raises what the consumers raise, with the ${mode} detector too`, () => {
      for (const overrides of [{} as typeof tried, tried]) {
        const settingsOf = (rule: AlarmRule): AlarmSettings => resolveSettings('temperature', rule, overrides[rule])
        const found = byReplay(readings, settingsOf, mode)
        assert.ok(found.some((line) => line.startsWith('learned_anomaly cleared')), 'the readings are strange enough')
        assert.ok(found.some((line) => line.startsWith('consecutive_high_alerts raised')))
        assert.deepEqual(found, byConsumer(readings, settingsOf, mode))
      }
    })
  }

  test('begins anew with another device: what stands ends, and nothing is known', () => {
    const settings = Object.fromEntries(REPLAYED_RULES.map((rule) => [rule, defaultSettings('temperature', rule)])) as ReplaySettings
    const replay = createReplay(THRESHOLDS, settings)
    const take = (second: number, value: number): void => (
      replay.take({ timeMs: second * 1_000, value, level: alertLevelOf(value, THRESHOLDS), quality: null }, NOTHING_FOUND))
    take(0, 34)
    take(1, 41)
    replay.beginAnew(1_500)
    // From 41 it were a rapid change.
    take(2, 20)
    assert.deepEqual(replay.episodes().map(({ rule, raisedMs, clearedMs }) => [rule, raisedMs, clearedMs]), [['critical_threshold_violation', 1_000, 1_500]])
    const detector = replayDetector('full', () => ({ utcOffsetMin: 0, inMaintenance: false }))
    for (let index = 0; index < 4_000; index++) detector.take({ timeMs: index * 1_000, value: 25 + index % 7, level: 'normal', quality: null })
    assert.equal(detector.isBelieved(), true)
    detector.beginAnew()
    assert.equal(detector.isBelieved(), false)
  })

  test('raises no learned alarm before the detector is believed, nor without one', () => {
    const random = createRandom(randomState('young'))
    const detector = replayDetector('full', () => ({ utcOffsetMin: 0, inMaintenance: false }))
    const found = Array.from({ length: 5_000 }, (_, index) => {
      const value = 25 + random.uniform() + (index === 1_500 || index === 4_500 ? 9 : 0)
      const { score } = detector.take({ timeMs: index * 1_000, value, level: 'normal', quality: null }) ?? assert.fail()
      return { index, score, believed: detector.isBelieved() }
    })
    assert.deepEqual(found.filter(({ score }) => score > 0.5).map(({ index }) => index), [4_500], 'it is a sensor of a second')
    assert.equal(found.findIndex(({ believed }) => believed), 3_599)
    const settings = Object.fromEntries(REPLAYED_RULES.map((rule) => [rule, defaultSettings('temperature', rule)])) as ReplaySettings
    const replay = createReplay(THRESHOLDS, settings)
    for (const reading of readings) replay.take(reading, NOTHING_FOUND)
    assert.equal(replay.episodes().some(({ rule }) => rule === 'learned_anomaly'), false)
  })
})
