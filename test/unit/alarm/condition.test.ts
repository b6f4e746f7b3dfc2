import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  ACTIVE, CLEARING, CONDITION_BYTES, INACTIVE, emptyCondition, followCondition, readCondition, writeCondition,
} from '../../../src/alarm/condition.ts'
import type { Condition, ConditionChange, ConditionSettings } from '../../../src/alarm/condition.ts'
import { judgeLimit } from '../../../src/alarm/limit-signal.ts'

const LIMIT = 40
const AT_ONCE: ConditionSettings = { onDelayMs: 0, offDelayMs: 0, reAlarmMs: null }

/** At so many seconds this value, with a severity of 0 unless given. */
type Reading = readonly [atS: number, value: number, severity?: number]

function follow(condition: Condition, [atS, value, severity = 0]: Reading, offset: number, settings: ConditionSettings, deadband: number) {
  return followCondition(condition, { timeUs: atS * 1e6, offset, value, severity, ...judgeLimit('high', value, LIMIT, deadband) }, settings)
}

/** Each change that these readings make, with the second at which it came. */
function timeline(readings: readonly Reading[], settings: Partial<ConditionSettings> = {}, deadband = 0): (readonly [number, ConditionChange])[] {
  const condition = emptyCondition()
  return readings.flatMap((reading, offset) => {
    const change = follow(condition, reading, offset, { ...AT_ONCE, ...settings }, deadband)
    return change === null ? [] : [[reading[0], change] as const]
  })
}

describe('a condition', () => {
  test('is raised and cleared at once without delays', () => {
    assert.deepEqual(timeline([[0, 30], [3, 41], [6, 42], [9, 39]]), [[3, 'raised'], [9, 'cleared']])
  })

  test('is raised when it has been over for the on-delay, and not before', () => {
    const settings = { onDelayMs: 10_000 }
    assert.deepEqual(timeline([[0, 41], [5, 41], [9.9, 41], [10, 41]], settings), [[10, 'raised']])
    assert.deepEqual(timeline([[0, 41], [5, 41], [6, 39], [9, 41], [18, 41], [19, 41]], settings), [[19, 'raised']])
  })

  test('is cleared when it has been clear for the off-delay, and one between keeps it', () => {
    const settings = { offDelayMs: 15_000 }
    assert.deepEqual(timeline([[0, 41], [3, 39], [17, 39], [18, 39]], settings), [[0, 'raised'], [18, 'cleared']])
    assert.deepEqual(timeline([[0, 41], [3, 39], [6, 41], [9, 39], [23, 39], [24, 39]], settings), [[0, 'raised'], [24, 'cleared']])
  })

  test('raises one alarm of a value that dances on the threshold within the deadband', () => {
    const dance: Reading[] = Array.from({ length: 9 }, (_, index) => [index, index % 2 === 0 ? 40.1 : 39.9] as const)
    assert.deepEqual(timeline(dance, {}, 0.3), [[0, 'raised']])
    assert.equal(timeline(dance).length, 9, 'without it each step is a change')
    assert.deepEqual(timeline([...dance, [20, 39.7], [21, 39.69]], {}, 0.3), [[0, 'raised'], [21, 'cleared']])
  })

  test('does not raise by a value within the deadband, but is not set back by it', () => {
    assert.deepEqual(timeline([[0, 41], [5, 39.8], [11, 39.8], [12, 41]], { onDelayMs: 10_000 }, 0.3), [[12, 'raised']])
  })

  test('goes on clearing within the deadband', () => {
    assert.deepEqual(timeline([[0, 41], [1, 39], [5, 39.9], [11, 39.9]], { offDelayMs: 10_000 }, 0.3), [[0, 'raised'], [11, 'cleared']])
  })

  test('escalates once for each higher severity, also while it was clearing', () => {
    assert.deepEqual(timeline([[0, 41, 1], [1, 41, 2], [2, 41, 1], [3, 41, 2]]), [[0, 'raised'], [1, 'escalated']])
    assert.deepEqual(timeline([[0, 41, 0], [1, 30], [2, 41, 1]], { offDelayMs: 5_000 }), [[0, 'raised'], [2, 'escalated']])
  })

  test('is raised again when it stands, counted from the last time that it was told', () => {
    const settings = { reAlarmMs: 30_000 }
    assert.deepEqual(timeline([[0, 41], [9, 41], [20, 41, 1], [29, 41, 1], [49, 41, 1], [50, 41, 1], [58, 41, 1]], settings),
      [[0, 'raised'], [20, 'escalated'], [49, 'updated'], [50, 'realarmed']])
  })

  test('is brought up to date every 10 s, if there is something new', () => {
    assert.deepEqual(timeline([[0, 41], [4, 42], [9, 43], [10, 43], [19, 43], [21, 44]]), [[0, 'raised'], [10, 'updated'], [21, 'updated']])
    assert.deepEqual(timeline([[0, 41], [30, 39.9], [60, 39.9]], {}, 0.3), [[0, 'raised']])
  })

  test('knows its peak, its first value and its readings, each told once', () => {
    const condition = emptyCondition()
    const changes: unknown[] = []
    const readings: Reading[] = [[0, 41], [2, 45], [4, 42], [6, 45], [18, 41], [20, 30]]
    for (const [offset, reading] of readings.entries()) {
      const change = follow(condition, reading, 100 + offset, { ...AT_ONCE, onDelayMs: 4_000 }, 0)
      if (change === null) continue
      const { peak, peakUs, readings: all, addedReadings, offset: raisedBy, firstValue, raisedUs } = condition
      changes.push({ change, peak, peakS: peakUs / 1e6, all, addedReadings, raisedBy, firstValue, raisedS: raisedUs / 1e6 })
    }
    const same = { peak: 45, peakS: 2, raisedBy: 102, firstValue: 42, raisedS: 4 }
    assert.deepEqual(changes, [
      { change: 'raised', ...same, all: 3, addedReadings: 3 },
      { change: 'updated', ...same, all: 5, addedReadings: 2 },
      { change: 'cleared', ...same, all: 5, addedReadings: 0 },
    ])
  })

  test('takes times that repeat as no time, and goes on after a clock that was set back', () => {
    assert.deepEqual(timeline([[5, 41], [5, 41], [5, 41]], { onDelayMs: 1 }), [])
    const year = 31_536_000
    assert.deepEqual(timeline([[year, 41], [0, 41], [9, 41], [10, 41], [11, 30], [15, 30], [16, 30]], { onDelayMs: 10_000, offDelayMs: 5_000 }),
      [[10, 'raised'], [16, 'cleared']])
    assert.deepEqual(timeline([[year, 41], [0, 42], [10, 42]]), [[year, 'raised'], [10, 'updated']])
    assert.deepEqual(timeline([[year, 41], [0, 41], [5, 41]], { reAlarmMs: 5_000 }), [[year, 'raised'], [5, 'realarmed']])
  })

  test('keeps a constant size, and is the same after it was packed', () => {
    const reading = fc.tuple(fc.integer({ min: -5, max: 60 }), fc.integer({ min: 30, max: 50 }), fc.integer({ min: 0, max: 2 }))
    const settings: ConditionSettings = { onDelayMs: 4_000, offDelayMs: 6_000, reAlarmMs: 20_000 }
    fc.assert(fc.property(fc.array(reading, { maxLength: 80 }), fc.nat(79), (steps, packedAfter) => {
      let packed = emptyCondition()
      const whole = emptyCondition()
      let atS = 0
      for (const [index, [passedS, value, severity]] of steps.entries()) {
        atS = Math.max(0, atS + passedS)
        const at: Reading = [atS, value, severity]
        assert.equal(follow(packed, at, index, settings, 1), follow(whole, at, index, settings, 1))
        if (index !== packedAfter) continue
        const buffer = Buffer.alloc(CONDITION_BYTES + 3)
        assert.equal(writeCondition(buffer, packed, 3), CONDITION_BYTES + 3)
        packed = readCondition(buffer, 3)
      }
      assert.deepEqual({ ...packed, addedReadings: 0 }, { ...whole, addedReadings: 0 })
    }))
  })

  test('follows one episode after the other, and none that is over without being told', () => {
    const delay = fc.constantFrom(0, 3_000, 10_000)
    const step = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.double({ min: 38, max: 42, noNaN: true }), fc.integer({ min: 0, max: 2 }))
    const settings = fc.record({ onDelayMs: delay, offDelayMs: delay, reAlarmMs: fc.constantFrom(null, 15_000) })
    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), settings, fc.constantFrom(0, 0.5), (steps, chosen, deadband) => {
      const condition = emptyCondition()
      let open = false
      let atS = 0
      let overSinceS: number | null = null
      let told = 0
      for (const [index, [passedS, value, severity]] of steps.entries()) {
        atS += passedS
        const change = follow(condition, [atS, value, severity], index, chosen, deadband)
        if (change === 'raised') assert.equal(open, false, 'doubled')
        else if (change !== null) assert.equal(open, true, `${change} without being raised`)
        if (change === 'raised') told = 0
        if (change !== null) told += condition.addedReadings
        if (change === 'cleared') assert.equal(told, condition.readings, 'each reading is told once')
        open = change === 'cleared' ? false : open || change === 'raised'
        assert.equal(open, condition.phase === ACTIVE || condition.phase === CLEARING)
        if (value < LIMIT - deadband) overSinceS = null
        else if (value >= LIMIT) overSinceS ??= atS
        // An alarm that must be there: over now, and for as long as the on-delay says.
        if (value >= LIMIT && overSinceS !== null && atS - overSinceS >= chosen.onDelayMs / 1_000) assert.ok(open, 'lost')
        if (!open && change !== 'cleared' && condition.phase === INACTIVE) assert.equal(value >= LIMIT, false)
      }
    }))
  })
})
