import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { resolveSettings } from '../../../src/alarm/alarm-rules.ts'
import type { AlarmOverride } from '../../../src/alarm/alarm-rules.ts'
import { REPLAYED_RULES, replayReadings } from '../../../src/alarm/replay.ts'
import type { ReplaySettings, ReplayedEpisode, ReplayedReading, ReplayedRule } from '../../../src/alarm/replay.ts'
import { NO_DIFFERENCE, addComparisons, compareEpisodes, describeComparison } from '../../../src/alarm/what-if.ts'
import { alertLevelOf } from '../../../src/contract/sensor-types.ts'

const THRESHOLDS = { warning: 35, critical: 40 }
const BARE: AlarmOverride = { offDelayMs: 0 }

/** Only the critical rule, so that a test says what it is about. */
function settings(critical: AlarmOverride, more: Partial<Record<ReplayedRule, AlarmOverride>> = {}): ReplaySettings {
  return Object.fromEntries(REPLAYED_RULES.map((rule) => {
    const override = rule === 'critical_threshold_violation' ? critical : more[rule] ?? { enabled: false }
    return [rule, resolveSettings('temperature', rule, BARE, override)]
  })) as ReplaySettings
}

/** One every second. */
function readings(values: readonly number[], quality: readonly number[] = []): ReplayedReading[] {
  return values.map((value, index) => ({ timeMs: index * 1_000, value, level: alertLevelOf(value, THRESHOLDS), quality: quality[index] ?? null }))
}

const dance = readings(Array.from({ length: 82 }, (_, index) => (index % 2 === 0 ? 40.1 : 39.8)))

describe('what if', () => {
  test('a value dances on its threshold, and a deadband makes one alarm of it', () => {
    const before = replayReadings(dance, THRESHOLDS, settings({ deadband: 0 }))
    const after = replayReadings(dance, THRESHOLDS, settings({ deadband: 0.3 }))
    assert.equal(before.length, 41)
    assert.deepEqual(after, [{ rule: 'critical_threshold_violation', raisedMs: 0, clearedMs: null, peak: 40.1, readings: 41 }])
    assert.equal(describeComparison(compareEpisodes(before, after)), '41 alarms become 1: 40 are one with another; none is lost')
  })

  test('an alarm comes later, and one that never lasted does not come', () => {
    const values = readings([41, 30, 30, 30, 41, 41, 41, 41, 41, 41, 30])
    const before = replayReadings(values, THRESHOLDS, settings({ deadband: 0 }))
    const after = replayReadings(values, THRESHOLDS, settings({ deadband: 0, onDelayMs: 4_000 }))
    assert.deepEqual(after.map(({ raisedMs, clearedMs }) => [raisedMs, clearedMs]), [[8_000, 10_000]])
    const comparison = compareEpisodes(before, after)
    assert.equal(describeComparison(comparison), '2 alarms become 1: 1 does not come; one comes 4 s later')
    assert.deepEqual(comparison.gone.map(({ raisedMs }) => raisedMs), [0])
  })

  test('a lower limit brings new ones, and earlier ones', () => {
    const values = readings([30, 37, 30, 30, 37, 41, 30])
    const before = replayReadings(values, THRESHOLDS, settings({ deadband: 0 }))
    const after = replayReadings(values, THRESHOLDS, settings({ deadband: 0, limit: 36 }))
    assert.equal(describeComparison(compareEpisodes(before, after)), '1 alarm becomes 2: 1 is new; one comes 1 s earlier; none is lost')
  })

  test('nothing is changed', () => {
    const episodes = replayReadings(dance, THRESHOLDS, settings({}))
    assert.equal(describeComparison(compareEpisodes(episodes, episodes)), '1 alarm becomes 1; none is lost')
    assert.equal(describeComparison(NO_DIFFERENCE), '0 alarms become 0')
  })

  test('the pattern rules, low limits and quality are replayed too', () => {
    const all = settings({}, {
      consecutive_high_alerts: {}, rapid_value_change: {}, low_threshold_violation: { enabled: true, limit: 10, deadband: 1 }, bad_quality: {},
    })
    const episodes = replayReadings(readings([36, 36, 36, 5, 5, 20, 99, 20], [1, 1, 1, 1, 1, 1, 0.2, 1]), THRESHOLDS, all)
    assert.deepEqual(episodes.map(({ rule, raisedMs, clearedMs }) => [rule, raisedMs, clearedMs]), [
      ['consecutive_high_alerts', 2_000, 3_000], ['rapid_value_change', 3_000, 4_000], ['low_threshold_violation', 3_000, 5_000],
      ['rapid_value_change', 5_000, 7_000], ['bad_quality', 6_000, 7_000],
    ])
  })

  test('each alarm is compared with the first of the same rule at its time, of many', () => {
    const episodes = fc.array(fc.tuple(fc.constantFrom('bad_quality', 'rapid_value_change'), fc.nat({ max: 3 }), fc.nat({ max: 3 })), { maxLength: 12 })
      .map((made): ReplayedEpisode[] => {
        const endMs: Partial<Record<string, number>> = {}
        return made.map(([rule, waitMs, lastsMs]) => {
          const raisedMs = (endMs[rule] ?? 0) + 1 + waitMs
          return { rule, raisedMs, clearedMs: endMs[rule] = raisedMs + lastsMs, peak: 1, readings: 1 }
        })
      })
    const overlaps = (one: ReplayedEpisode, other: ReplayedEpisode): boolean => (
      one.rule === other.rule && one.raisedMs <= (other.clearedMs as number) && other.raisedMs <= (one.clearedMs as number))
    fc.assert(fc.property(episodes, episodes, (before, after) => {
      const { gone, added, joined, shifted } = compareEpisodes(before, after)
      const firsts = before.map((episode) => after.find((other) => overlaps(episode, other)))
      assert.deepEqual(gone, before.filter((_, index) => firsts[index] === undefined))
      assert.deepEqual(added, after.filter((episode) => !before.some((other) => overlaps(episode, other))))
      const kept = firsts.filter((first) => first !== undefined)
      assert.equal(joined, kept.length - new Set(kept).size)
      assert.ok(shifted.every(({ episode, laterMs }) => laterMs !== 0 && kept.includes(episode)))
    }))
    const many = Array.from({ length: 100_000 }, (_, index): ReplayedEpisode => (
      { rule: 'bad_quality', raisedMs: index * 10, clearedMs: index * 10 + 5, peak: 1, readings: 1 }))
    assert.equal(describeComparison(compareEpisodes(many, many)), '100000 alarms become 100000; none is lost')
  })

  test('several sensors are one comparison', () => {
    const one = compareEpisodes(replayReadings(dance, THRESHOLDS, settings({ deadband: 0 })), replayReadings(dance, THRESHOLDS, settings({})))
    const both = addComparisons(one, one)
    assert.deepEqual([both.before, both.after, both.joined], [82, 2, 80])
  })
})
