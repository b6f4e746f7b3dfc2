import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTimeZone } from '../../../src/calendar/time-zone.ts'

const HOUR_MS = 3_600_000

/** `2026-03-29T02:30` in the zone is that moment. */
function instant(zone: string, local: string): string {
  return new Date(createTimeZone(zone).instantOf(Date.parse(`${local}Z`))).toISOString().slice(0, 16)
}

describe('a time zone', () => {
  test('changes its offset at the very millisecond, also within a UTC day', () => {
    for (const [name, at, before, after] of [
      ['Europe/Berlin', '2026-03-29T01:00:00Z', 1, 2], ['Europe/Berlin', '2026-10-25T01:00:00Z', 2, 1],
      ['America/New_York', '2026-03-08T07:00:00Z', -5, -4], ['America/New_York', '2026-11-01T06:00:00Z', -4, -5],
      ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 11, 10.5],
    ] as const) {
      const zone = createTimeZone(name)
      const change = Date.parse(at)
      assert.deepEqual([zone.offsetMs(change - 1), zone.offsetMs(change), zone.offsetMs(change - 1)], [before, after, before].map((hours) => hours * HOUR_MS), at)
    }
    assert.equal(createTimeZone('UTC').offsetMs(Date.parse('2026-03-29T01:00:00Z')), 0)
    assert.equal(createTimeZone('Asia/Kathmandu').offsetMs(0), 5.5 * HOUR_MS, 'its offset of 1970')
    assert.throws(() => createTimeZone('Europe/Atlantis'), RangeError)
  })

  test('of a local time that occurs twice takes the first', () => {
    assert.equal(instant('Europe/Berlin', '2026-10-25T02:30'), '2026-10-25T00:30')
    assert.equal(instant('America/New_York', '2026-11-01T01:30'), '2026-11-01T05:30')
    assert.equal(instant('Europe/Berlin', '2026-10-25T03:00'), '2026-10-25T02:00', 'the hour after it occurs once')
  })

  test('of a local time that never occurs takes the moment at which it is skipped', () => {
    for (const skipped of ['2026-03-29T02:00', '2026-03-29T02:30', '2026-03-29T03:00']) assert.equal(instant('Europe/Berlin', skipped), '2026-03-29T01:00')
    for (const skipped of ['2026-03-08T02:00', '2026-03-08T02:59', '2026-03-08T03:00']) assert.equal(instant('America/New_York', skipped), '2026-03-08T07:00')
    assert.equal(instant('Europe/Berlin', '2026-03-29T01:59'), '2026-03-29T00:59')
    assert.equal(instant('Europe/Berlin', '2026-03-29T04:00'), '2026-03-29T02:00')
  })

  test('finds every whole hour of two years again', () => {
    for (const name of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC']) {
      const zone = createTimeZone(name)
      for (let timeMs = Date.UTC(2026, 0, 1); timeMs < Date.UTC(2028, 0, 1); timeMs += HOUR_MS) {
        const localMs = timeMs + zone.offsetMs(timeMs)
        const found = zone.instantOf(localMs)
        assert.equal(found + zone.offsetMs(found), localMs, `${name} ${new Date(timeMs).toISOString()}`)
        assert.ok(found === timeMs || found === timeMs - HOUR_MS || found === timeMs - HOUR_MS / 2, `${name} ${new Date(timeMs).toISOString()}`)
      }
    }
  })
})
