import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MOST_READ, WIDTH_MS, chooseLevel, stepFor } from '../../../src/monitoring/history-level.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const TO_MS = Date.UTC(2026, 5, 1)
const ALL_KEPT = { readingMs: 0, minuteMs: 0 }
const span = (spanMs: number, points = 500) => ({ fromMs: TO_MS - spanMs, toMs: TO_MS, points })

describe('the step', () => {
  test('is the smallest round one by which the points are enough', () => {
    assert.deepEqual([stepFor(span(HOUR_MS)), stepFor(span(DAY_MS)), stepFor(span(365 * DAY_MS)), stepFor(span(500))], [10_000, 5 * MINUTE_MS, DAY_MS, 1])
    // From 12:00:01 on the hour has parts of 61 minutes.
    assert.equal(stepFor({ fromMs: TO_MS + 1_000, toMs: TO_MS + HOUR_MS + 1_000, points: 60 }), 2 * MINUTE_MS)
  })

  test('needs no more than the points, whatever the time, and is whole ones of its level', () => {
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 253_402_300_799_000 }), fc.integer({ min: 1, max: 4_000_000_000_000 }), fc.integer({ min: 1, max: 5_000 }),
      fc.constantFrom(...Object.values(WIDTH_MS)), (fromMs, spanMs, points, leastMs) => {
        const stepMs = stepFor({ fromMs, toMs: fromMs + spanMs, points }, leastMs)
        assert.equal(stepMs % leastMs, 0)
        assert.ok(Math.floor((fromMs + spanMs - 1) / stepMs) - Math.floor(fromMs / stepMs) + 1 <= points)
      }))
  })
})

describe('the level', () => {
  test('is chosen by the time, and by how often the sensor reports', () => {
    const levels = [10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 31 * DAY_MS, 365 * DAY_MS]
    const of = (intervalMs: number | null) => levels.map((spanMs) => chooseLevel(span(spanMs), intervalMs, ALL_KEPT))
    assert.deepEqual(of(1_000), ['raw', 'raw', 'minute', 'minute', 'minute', 'hour', 'hour', 'hour'])
    assert.deepEqual(of(10_000), ['raw', 'raw', 'minute', 'minute', 'minute', 'hour', 'hour', 'hour'])
    assert.deepEqual(of(10), ['minute', 'minute', 'minute', 'minute', 'minute', 'hour', 'hour', 'hour'])
    assert.deepEqual(of(HOUR_MS), ['raw', 'raw', 'raw', 'raw', 'raw', 'raw', 'hour', 'hour'])
    assert.deepEqual(of(null), of(5_000))
  })

  test('is one whose rollups or readings are still kept', () => {
    assert.equal(chooseLevel(span(HOUR_MS), 1_000, { readingMs: TO_MS - HOUR_MS, minuteMs: 0 }), 'raw')
    assert.equal(chooseLevel(span(HOUR_MS), 1_000, { readingMs: TO_MS, minuteMs: 0 }), 'minute')
    assert.equal(chooseLevel(span(HOUR_MS), 1_000, { readingMs: TO_MS, minuteMs: TO_MS }), 'hour')
    assert.equal(chooseLevel(span(HOUR_MS), 1_000, { readingMs: null, minuteMs: null }), 'hour')
  })

  test('never makes more rows of the readings or minutes than an answer may be made of', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 400 * DAY_MS }), fc.integer({ min: 1, max: DAY_MS }), fc.integer({ min: 1, max: 5_000 }), (spanMs, intervalMs, points) => {
        const level = chooseLevel(span(spanMs, points), intervalMs, ALL_KEPT)
        if (level !== 'hour') assert.ok(spanMs / Math.max(intervalMs, WIDTH_MS[level]) <= Math.max(points, MOST_READ), level)
      }))
  })
})
