import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MAX_SPAN, createIntake } from '../../../src/consumer/intake.ts'
import { recordsOf } from '../../../src/kafka/log-chunk.ts'
import type { LogChunk } from '../../../src/kafka/log-chunk.ts'
import { chunkOf } from '../../harness/chunk-of.ts'

const VALUE = Buffer.from('x')
const NEVER = new AbortController().signal

/** A chunk with records at these offsets, of a byte each unless told. */
function chunk(partition: number, offsets: readonly number[], nextOffset = (offsets.at(-1) ?? 0) + 1, sizeBytes = offsets.length): LogChunk {
  const records = offsets.map((offset) => ({ offset, timestampMs: 0, key: null, value: VALUE, headers: [] }))
  return chunkOf(partition, records, nextOffset, sizeBytes)
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

describe('the intake', () => {
  test('gives every record once, in order, with whole offsets, whatever the limits', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 50 }), async (fetches, limit) => {
        const intake = createIntake()
        const next = new Map<number, number>()
        let waiting = 0
        for (const [partition, count, holes] of fetches) {
          const from = next.get(partition) ?? 0
          await intake.offer(chunk(partition, range(from, from + count), from + count + holes))
          next.set(partition, from + count + holes)
          waiting += count
        }
        const reached = new Map<number, number>()
        while (waiting > 0) {
          const taken = await intake.take(limit, 0, NEVER)
          const records = taken.reduce((sum, each) => sum + each.recordCount, 0)
          assert.ok(records > 0 && records <= Math.max(limit, 3))
          for (const each of taken) {
            assert.equal(each.firstOffset, reached.get(each.partition) ?? 0)
            for (const { offset } of recordsOf(each)) assert.ok(offset >= each.firstOffset && offset < each.nextOffset)
            reached.set(each.partition, each.nextOffset)
          }
          waiting -= records
        }
      }), { numRuns: 50 })
  })

  test('never takes more offsets at once than a row can count', async () => {
    const intake = createIntake()
    await intake.offer(chunk(0, [0, MAX_SPAN - 1, MAX_SPAN, 100_000]))
    const spans: number[] = []
    for (let reached = 0; reached < 100_001;) {
      const [taken] = await intake.take(1_000, 0, NEVER)
      assert.ok(taken !== undefined)
      spans.push(taken.nextOffset - taken.firstOffset)
      reached = taken.nextOffset
    }
    assert.ok(Math.max(...spans) <= MAX_SPAN, spans.join())
  })

  test('shares the limit, so that a partition with a backlog does not starve the others', async () => {
    const intake = createIntake()
    await intake.offer(chunk(0, range(0, 10_000)))
    await intake.offer(chunk(1, range(0, 10)))
    const taken = await intake.take(100, 0, NEVER)
    assert.deepEqual(taken.map((each) => [each.partition, each.recordCount]), [[0, 50], [1, 10]])
  })

  test('holds the fetching back until there is room', async () => {
    const intake = createIntake()
    let isIn = false
    const offered = intake.offer(chunk(0, [0], 1, 17 * 1024 * 1024)).then(() => { isIn = true })
    await new Promise(setImmediate)
    assert.equal(isIn, false)
    await intake.take(1, 0, NEVER)
    await offered
    assert.equal(isIn, true)
  })

  test('lets an offer go when it is closed, and a taker when it is aborted', async () => {
    const intake = createIntake()
    const offered = intake.offer(chunk(0, [0], 1, 17 * 1024 * 1024))
    intake.close()
    await offered
    assert.deepEqual(await createIntake().take(1, 1_000, AbortSignal.timeout(10)), [])
  })
})
