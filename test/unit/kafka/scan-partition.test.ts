import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { LogRecord } from '../../../src/kafka/log-slice.ts'
import { scanBackward, scanForward } from '../../../src/kafka/scan-partition.ts'
import type { FetchFrom, ScanLimits } from '../../../src/kafka/scan-partition.ts'

const record = (offset: number, text: string): LogRecord =>
  ({ offset, timestampMs: offset, key: null, value: Buffer.from(text), headers: [] })

/** A log with these offsets; a fetch brings `batch` offsets at most, and the holes behind the last record with it. */
function logOf(offsets: readonly number[], end: number, batch: number, text: (offset: number) => string = () => 'x'): FetchFrom & { calls: number } {
  const fetch = Object.assign(async (offset: number) => {
    fetch.calls++
    const records = offsets.filter((each) => each >= offset).slice(0, batch).map((each) => record(each, text(each)))
    const last = records.at(-1)
    const next = last === undefined ? end : offsets.find((each) => each > last.offset) ?? end
    return {
      endOffset: end,
      slice: offset >= end || records.length === 0 ? null : { partition: 0, firstOffset: offset, nextOffset: next, records, sizeBytes: 0 },
    }
  }, { calls: 0 })
  return fetch
}

const limits = (part: Partial<ScanLimits> = {}): ScanLimits => ({ most: 50, search: null, mostSearched: 1_000_000, untilMs: Infinity, ...part })
const offsetsOf = (scan: { found: readonly { offset: number }[] }): number[] => scan.found.map(({ offset }) => offset)

describe('a scan', () => {
  test('of any log, page by page, finds every message once, in both directions', async () => {
    await fc.assert(fc.asyncProperty(
      fc.uniqueArray(fc.nat(200), { maxLength: 120 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 20 }), fc.boolean(),
      async (unsorted, most, batch, searching) => {
        const offsets = unsorted.toSorted((a, b) => a - b)
        const end = 210
        const log = logOf(offsets, end, batch, (offset) => (offset % 3 === 0 ? 'needle' : 'hay'))
        const search = searching ? 'needle' : null
        const wanted = searching ? offsets.filter((offset) => offset % 3 === 0) : offsets
        const forward: number[] = []
        for (let position = 0, rounds = 0; position < end; rounds++) {
          assert.ok(rounds < 300, 'it goes on')
          const scan = await scanForward(log, 0, position, end, limits({ most, search }))
          forward.push(...offsetsOf(scan))
          position = scan.position
        }
        assert.deepEqual(forward, wanted)
        const backward: number[] = []
        for (let position = end, rounds = 0; position > 0; rounds++) {
          assert.ok(rounds < 300, 'it goes on')
          const scan = await scanBackward(log, 0, 0, position, limits({ most, search }))
          backward.unshift(...offsetsOf(scan))
          position = scan.position
        }
        assert.deepEqual(backward, wanted)
      }))
  })

  test('ends when enough was looked at, and tells how far it came', async () => {
    const offsets = Array.from({ length: 1_000 }, (_, index) => index)
    const forward = await scanForward(logOf(offsets, 1_000, 100), 0, 0, 1_000, limits({ search: 'needle', mostSearched: 250 }))
    assert.deepEqual([forward.found, forward.searched, forward.position], [[], 300, 300])
    const backward = await scanBackward(logOf(offsets, 1_000, 100), 0, 0, 1_000, limits({ search: 'needle', mostSearched: 5 }))
    assert.deepEqual([backward.found, backward.searched, backward.position], [[], 10, 990])
  })

  test('ends in time, but never before it has come on', async () => {
    const offsets = Array.from({ length: 1_000 }, (_, index) => index)
    const late = limits({ search: 'needle', untilMs: -Infinity })
    assert.equal((await scanForward(logOf(offsets, 1_000, 100), 0, 0, 1_000, late)).position, 100)
    assert.equal((await scanBackward(logOf(offsets, 1_000, 100), 0, 0, 1_000, late)).position, 990)
  })

  test('backward reads large messages in short stretches, and small ones in long ones', async () => {
    const offsets = Array.from({ length: 2_000 }, (_, index) => index)
    const small = logOf(offsets, 2_000, 5_000)
    await scanBackward(small, 0, 0, 2_000, limits({ search: 'needle' }))
    assert.ok(small.calls <= 3, `${small.calls} fetches`)
    const large = logOf(offsets.slice(0, 40), 40, 1, () => 'x'.repeat(500_000))
    const scan = await scanBackward(large, 0, 0, 40, limits({ search: 'needle', mostSearched: 11 }))
    assert.equal(scan.searched, 12)
  })
})
