import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  counted, formatAge, formatMeasured, formatRate, formatTime, formatTotal, formatUtc, listed, shortened,
} from '../../../src/dashboard/format.ts'

describe('numbers', () => {
  it('have the precision that a person can use', () => {
    assert.deepEqual([0, 0.333, 9.994, 12.34, 99.96, 123.4, 1_234_567].map(formatRate),
      ['0', '0.33', '9.99', '12.3', '100.0', '123', '1,234,567'])
    assert.deepEqual([0, 12_345, 9_999_999, 10_000_000, 12_345_678_901].map(formatTotal), ['0', '12,345', '9,999,999', '10M', '12.3B'])
    assert.equal(formatMeasured(41.375, '°C'), '41.38\u00a0°C')
    assert.equal(formatMeasured(-1_013.2, 'kilowatt-hours'), '-1,013.2 kilowatt-hours')
    assert.deepEqual([counted(1, 'reading'), counted(0, 'reading'), counted(2, 'entry', 'entries')],
      ['1 reading', '0 readings', '2 entries'])
  })
})

describe('times', () => {
  it('count up in one unit, and never below zero', () => {
    const minute = 60_000
    assert.deepEqual([-5_000, 999, 59_999, 99_999, 100_000, 99 * minute, 100 * minute, 47 * 60 * minute, 48 * 60 * minute].map(formatAge),
      ['0 s', '0 s', '59 s', '99 s', '1 min', '99 min', '1 h', '47 h', '2 d'])
  })

  it('name the day when it is another one', () => {
    const noon = new Date(2026, 10, 24, 12, 0, 0).getTime()
    assert.equal(formatTime(noon, noon), '12:00:00')
    assert.equal(formatTime(noon - 86_400_000, noon), '23 Nov, 12:00')
    assert.equal(formatUtc(Date.UTC(2026, 10, 24, 10, 31, 5, 250)), '2026-11-24 10:31:05.250 UTC')
  })
})

describe('names', () => {
  it('are listed as in a sentence', () => {
    assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd', 'e']].map((names) => listed(names)),
      ['', 'a', 'a and b', 'a, b and c', 'a, b, c and 2 more'])
  })

  it('keep their ends when they are shortened', () => {
    assert.equal(shortened('temp-sensor-001'), 'temp-sensor-001')
    const short = shortened(`${'western-hall-'.repeat(10)}001`)
    assert.equal(short.length, 40)
    assert.match(short, /^western-hall-.*….*001$/)
  })
})
