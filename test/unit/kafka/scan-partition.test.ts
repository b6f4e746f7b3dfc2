import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
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

const MB = 1024 * 1024
const LARGE = Buffer.alloc(4 * MB, 'x')

/** A log without holes whose values have these sizes; a fetch brings what fits, and one at least. `afterFetch` is called with the count. */
function logOfSizes(
  sizes: readonly number[], afterFetch: (calls: number) => void = () => {},
): FetchFrom & { calls: number, readBytes: number } {
  const fetch = Object.assign(async (offset: number, maxBytes: number) => {
    fetch.calls++
    const records: LogRecord[] = []
    let sizeBytes = 0
    for (const size of sizes.slice(offset)) {
      if (records.length > 0 && sizeBytes + size > maxBytes) break
      records.push({ offset: offset + records.length, timestampMs: 0, key: null, value: LARGE.subarray(0, size), headers: [] })
      sizeBytes += size
    }
    fetch.readBytes += sizeBytes
    afterFetch(fetch.calls)
    const slice = { partition: 0, firstOffset: offset, nextOffset: offset + records.length, records, sizeBytes }
    return { endOffset: sizes.length, slice: records.length === 0 ? null : slice }
  }, { calls: 0, readBytes: 0 })
  return fetch
}

const of = (count: number, size: number): number[] => Array<number>(count).fill(size)
const NOBODY_LEFT = new Error('nobody waits for it')

const limits = (part: Partial<ScanLimits> = {}): ScanLimits => ({
  most: 50, mostBytes: Infinity, search: null, mostSearched: 1_000_000, untilMs: Infinity, signal: new AbortController().signal, ...part,
})
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

  test('of messages of any size, in time or late, finds every one once', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.constantFrom(0, 350, 300_000, 4 * MB), { maxLength: 80 }), fc.integer({ min: 1, max: 30 }), fc.boolean(),
      async (sizes, most, late) => {
        const pages = limits({ most, mostBytes: MB, untilMs: late ? -Infinity : Infinity })
        const end = sizes.length
        const [forward, backward]: [number[], number[]] = [[], []]
        for (let position = 0; position < end;) {
          const scan = await scanForward(logOfSizes(sizes), 0, position, end, pages)
          assert.ok(scan.position > position, 'it comes on')
          forward.push(...offsetsOf(scan))
          position = scan.position
        }
        for (let position = end; position > 0;) {
          const scan = await scanBackward(logOfSizes(sizes), 0, 0, position, pages)
          assert.ok(scan.position < position, 'it comes on')
          backward.unshift(...offsetsOf(scan))
          position = scan.position
        }
        const all = Array.from(sizes, (_, index) => index)
        assert.deepEqual([forward, backward], [all, all])
      }), { numRuns: 50 })
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

  test('backward reads little more than it looks at, where small messages follow large ones', async () => {
    // By the ten newest alone the next stretch would have 1.2 GB.
    const log = logOfSizes([...of(300, 4 * MB), ...of(10, 350)])
    const scan = await scanBackward(log, 0, 0, 310, limits({ search: 'needle', mostSearched: 15 }))
    assert.deepEqual([scan.searched, scan.position], [15, 295])
    assert.ok(log.readBytes < 32 * MB, `${log.readBytes} bytes were read`)
  })

  test('backward ends in time also within a stretch, and then has come on by what it had looked at', async () => {
    // The second stretch has 2,990 messages, in as many fetches; the broker grows slow in it.
    const log = logOf(Array.from({ length: 5_000 }, (_, index) => index), 5_000, 1, () => 'x'.repeat(350))
    const scan = await scanBackward(async (offset, maxBytes) => {
      if (log.calls >= 10 && log.calls < 40) await sleep(100)
      return log(offset, maxBytes)
    }, 0, 0, 5_000, limits({ search: 'needle', untilMs: performance.now() + 500 }))
    assert.deepEqual([scan.searched, scan.position], [10, 4_990])
    assert.ok(log.calls < 30, `${log.calls} fetches`)
  })

  test('backward looks at the newest message at least, when the time is over within the first stretch', async () => {
    const log = logOfSizes(of(40, MB))
    const scan = await scanBackward(log, 0, 0, 40, limits({ untilMs: -Infinity }))
    assert.deepEqual([offsetsOf(scan), scan.position, log.calls], [[39], 39, 2])
  })

  test('finds no more than an answer can hold, and goes on behind it', async () => {
    const sizes = of(5_000, 64 * 1024)
    const part = { search: 'x', most: 500, mostBytes: MB }
    const forward = await scanForward(logOfSizes(sizes), 0, 0, 5_000, limits(part))
    assert.deepEqual([offsetsOf(forward), forward.position], [Array.from({ length: 16 }, (_, index) => index), 16])
    const backward = await scanBackward(logOfSizes(sizes), 0, 0, 5_000, limits(part))
    assert.deepEqual([offsetsOf(backward), backward.position], [Array.from({ length: 16 }, (_, index) => 4_984 + index), 4_984])
    const alone = await scanBackward(logOfSizes(sizes), 0, 0, 5_000, limits({ ...part, mostBytes: 1 }))
    assert.deepEqual(offsetsOf(alone), [4_999])
  })

  test('ends when nobody waits for it any more', async () => {
    for (const scan of [scanForward, scanBackward]) {
      const waiting = new AbortController()
      const log = logOfSizes(of(1_000, MB), (calls) => { if (calls === 3) waiting.abort(NOBODY_LEFT) })
      await assert.rejects(scan(log, 0, 0, 1_000, limits({ search: 'needle', signal: waiting.signal })), NOBODY_LEFT)
      assert.equal(log.calls, 3)
    }
  })
})
