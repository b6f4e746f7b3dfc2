import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { dayName, dayOf, parseTimestamp } from '../../../src/contract/timestamp.ts'

/** 2026-01-31T12:00:00Z */
const NOON_US = 1_769_860_800_000_000

describe('parseTimestamp', () => {
  for (const [text, expected] of [
    ['2026-01-31T12:00:00Z', NOON_US],
    ['2026-01-31t12:00:00z', NOON_US],
    ['2026-01-31 12:00:00Z', NOON_US],
    ['2026-01-31T12:00:00.1Z', NOON_US + 100_000],
    ['2026-01-31T12:00:00,1Z', NOON_US + 100_000],
    ['2026-01-31T12:00:00.000001Z', NOON_US + 1],
    ['2025-09-16T21:41:41.011144Z', 1_758_058_901_011_144],
    ['2026-01-31T12:00:00.999999999Z', NOON_US + 999_999],
    ['2026-01-31T12:00:00+00:00', NOON_US],
    ['2026-01-31T12:00:00-00:00', NOON_US],
    ['2026-01-31T17:30:00+05:30', NOON_US],
    ['2026-01-31T17:30:00+0530', NOON_US],
    ['2026-01-30T22:00:00-14:00', NOON_US],
    ['2026-02-01T02:00:00+14:00', NOON_US],
    ['1970-01-01T00:00:00Z', 0],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000],
    ['2000-02-29T00:00:00Z', 951_782_400_000_000],
    ['0100-01-01T00:00:00Z', -59_011_459_200_000_000],
  ] as const) {
    test(`reads ${text}`, () => assert.equal(parseTimestamp(text), expected))
  }

  for (const [text, why] of [
    ['', 'empty'],
    ['2026-01-31', 'a day alone'],
    ['2026-01-31T12:00:00', 'no zone: whose local time would it be?'],
    ['2026-01-31T12:00Z', 'no seconds'],
    ['2026-01-31T12:00:00.Z', 'no digit after the point'],
    ['2026-01-31T12:00:00.0000000001Z', 'more than nine digits'],
    ['2026-01-31T24:00:00Z', 'hour 24'],
    ['2026-01-31T12:60:00Z', 'minute 60'],
    ['2026-06-30T23:59:60Z', 'a leap second'],
    ['2026-00-31T12:00:00Z', 'month 0'],
    ['2026-13-01T12:00:00Z', 'month 13'],
    ['2026-01-00T12:00:00Z', 'day 0'],
    ['2026-01-32T12:00:00Z', 'day 32'],
    ['2026-04-31T12:00:00Z', 'April 31'],
    ['2026-02-29T12:00:00Z', 'no leap year'],
    ['2100-02-29T12:00:00Z', 'a century is no leap year'],
    ['0000-01-01T00:00:00Z', 'year 0'],
    ['0099-01-01T00:00:00Z', 'Date.UTC would read 1999'],
    ['12026-01-31T12:00:00Z', 'five digits'],
    ['-2026-01-31T12:00:00Z', 'before Christ'],
    ['2026-01-31T12:00:00+24:00', 'zone hour 24'],
    ['2026-01-31T12:00:00+05:60', 'zone minute 60'],
    ['2026-01-31T12:00:00+5:30', 'one digit in the zone'],
    ['2026-01-31T12:00:00+00:00Z', 'two zones'],
    [' 2026-01-31T12:00:00Z', 'a space before'],
    ['2026-01-31T12:00:00Z\n', 'a line end after'],
    ['٢٠٢٦-01-31T12:00:00Z', 'digits of another script'],
    ['Sat, 31 Jan 2026 12:00:00 GMT', 'an HTTP date'],
    ['1769860800', 'seconds since 1970'],
  ] as const) {
    test(`refuses ${why}: ${JSON.stringify(text)}`, () => assert.equal(parseTimestamp(text), null))
  }

  test('agrees with Date on every millisecond time of the years 100 to 2255', () => {
    fc.assert(fc.property(fc.date({ min: new Date('0100-01-01T00:00:00Z'), max: new Date('2255-01-01T00:00:00Z'), noInvalidDate: true }), (date) => {
      assert.equal(parseTimestamp(date.toISOString()), date.getTime() * 1000)
    }))
  })

  test('a zone moves the time by exactly its offset', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.constantFrom('+', '-'), (hour, minute, sign) => {
      const zone = `${sign}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
      const offsetUs = (hour * 60 + minute) * 60_000_000 * (sign === '-' ? -1 : 1)
      assert.equal(parseTimestamp(`2026-01-31T12:00:00${zone}`), NOON_US - offsetUs)
    }))
  })

  test('never throws, and gives a whole number or null', () => {
    const almost = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,10})?(Z|[+-]\d\d:\d\d)?$/)
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), almost), (text) => {
      const time = parseTimestamp(text)
      assert.ok(time === null || Number.isInteger(time))
    }), { numRuns: 2000 })
  })
})

test('dayOf and dayName name the UTC day, before 1970 too', () => {
  assert.equal(dayName(dayOf(NOON_US)), '2026-01-31')
  assert.equal(dayOf(0), 0)
  assert.equal(dayOf(-1), -1)
  assert.equal(dayName(-1), '1969-12-31')
  assert.equal(dayOf(86_400_000_000 - 1), 0)
  assert.equal(dayOf(86_400_000_000), 1)
})
