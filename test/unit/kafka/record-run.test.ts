import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CompressionAlgorithms, createRecordsBatch } from '@platformatic/kafka'
import fc from 'fast-check'
import { recordsOf, toChunk } from '../../../src/kafka/log-chunk.ts'

type Messages = Parameters<typeof createRecordsBatch>[0]
interface Batch { readonly offset: number, readonly bytes: Buffer }

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const message = fc.record({
  key: fc.option(bytes, { nil: null }), value: fc.option(bytes, { nil: null }), // The client itself writes wrong what is further apart than 24 days.
  timestamp: fc.bigInt({ min: 1_800_000_000_000n, max: 1_801_000_000_000n }),
  headers: fc.uniqueArray(fc.tuple(bytes, bytes), { maxLength: 3, selector: ([name]) => name.toString('hex') }),
})

/** A batch as Kafka's client writes it, at an offset as the broker does. */
function batchAt(offset: number, messages: readonly unknown[], options: Parameters<typeof createRecordsBatch>[1] = {}): Batch {
  const written = Buffer.from(createRecordsBatch(messages as Messages, options).buffer)
  written.writeBigInt64BE(BigInt(offset), 0)
  return { offset, bytes: written }
}

function asControl({ offset, bytes: written }: Batch): Batch {
  const marker = Buffer.from(written)
  marker.writeInt16BE(marker.readInt16BE(21) | 48, 21)
  return { offset, bytes: marker }
}

const plain = (count: number): unknown[] => Array.from({ length: count }, (_, index) => (
  { topic: 't', key: null, value: Buffer.from(String(index)), timestamp: 0n, headers: new Map() }))

describe('the records of a fetch', () => {
  test('are those that were sent, in every compression, from any offset on', () => {
    fc.assert(fc.property(
      fc.array(fc.array(message, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }), fc.constantFrom(...Object.values(CompressionAlgorithms)), fc.nat(10), fc.nat(30),
      (sent, compression, first, skip) => {
        let offset = first
        const batches: Buffer[] = []
        const expected: unknown[] = []
        for (const messages of sent) {
          batches.push(batchAt(offset, messages.map((each) => ({ ...each, topic: 't', headers: new Map(each.headers) })), { compression }).bytes)
          for (const { key, value, headers, timestamp } of messages) {
            if (offset >= first + skip) expected.push({ offset, timestampMs: Number(timestamp), key, value, headers })
            offset++
          }
        }
        const chunk = toChunk(0, Buffer.concat(batches), first + skip, [])
        assert.deepEqual(chunk === null ? [] : [...recordsOf(chunk)], expected)
        assert.equal(chunk?.recordCount ?? 0, expected.length)
        assert.equal(chunk?.nextOffset ?? first + skip, Math.max(first + skip, offset))
      }), { numRuns: 200 })
  })

  test('end with the last whole batch', () => {
    const two = Buffer.concat([batchAt(0, plain(3)).bytes, batchAt(3, plain(3)).bytes])
    for (const cut of [two.length - 1, two.length - 60, two.length / 2 + 5]) assert.equal(toChunk(0, two.subarray(0, cut), 0, [])?.nextOffset, 3)
    assert.equal(toChunk(0, two.subarray(0, 40), 0, []), null)
    assert.equal(toChunk(0, Buffer.alloc(0), 5, []), null)
  })

  test('are not those of transaction markers, nor of transactions that were aborted', () => {
    const transactional = (offset: number, producerId: bigint): Batch => {
      const written = batchAt(offset, plain(1), { producerId, transactionalId: 'tx' })
      return written
    }
    const log = [
      transactional(0, 7n), transactional(1, 8n), asControl(transactional(2, 7n)), transactional(3, 7n), asControl(transactional(4, 8n)), asControl(transactional(5, 7n)), batchAt(6, plain(1)),
    ]
    const offsets = (aborted: { producerId: bigint, firstOffset: number }[]): number[] => (
      [...recordsOf(toChunk(0, Buffer.concat(log.map((each) => each.bytes)), 0, aborted) as NonNullable<ReturnType<typeof toChunk>>)].map(({ offset }) => offset))
    assert.deepEqual(offsets([]), [0, 1, 3, 6])
    assert.deepEqual(offsets([{ producerId: 7n, firstOffset: 0 }]), [1, 3, 6])
    assert.deepEqual(offsets([{ producerId: 7n, firstOffset: 3 }, { producerId: 8n, firstOffset: 1 }]), [0, 6])
  })

  test('of a format that isn\'t known are an error that says so', () => {
    const { bytes: written } = batchAt(0, plain(1))
    written.writeInt8(1, 16)
    assert.throws(() => toChunk(0, written, 0, []), /format 1/)
  })
})
