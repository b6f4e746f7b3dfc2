import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Reader, readRecordsBatch } from '@platformatic/kafka'
import fc from 'fast-check'
import { BATCH_HEADER_BYTES, COMPRESSIONS, sealBatch, varintBytes, writeVarint } from '../../../src/kafka/record-batch.ts'

/** A record without headers: attributes, time, place, key and value. */
function writeRecord(bytes: Buffer, at: number, place: number, key: string, value: string): number {
  const size = 2 + varintBytes(place) + varintBytes(key.length) + key.length + varintBytes(value.length) + value.length + 1
  let to = writeVarint(bytes, at, size) + 2
  to = writeVarint(bytes, to, place)
  to = writeVarint(bytes, to, key.length)
  to += bytes.write(key, to, 'latin1')
  to = writeVarint(bytes, to, value.length)
  to += bytes.write(value, to, 'latin1')
  return to + 1
}

for (const compression of COMPRESSIONS) {
  test(`the client reads a batch as it was written, compression ${compression}`, () => {
    const bytes = Buffer.alloc(100_000)
    const values = Array.from({ length: 200 }, (_, place) => `value ${place} ${'x'.repeat(place)}`)
    let end = BATCH_HEADER_BYTES
    for (const [place, value] of values.entries()) end = writeRecord(bytes, end, place, `key-${place % 7}`, value)
    const source = { producerId: 4711n, producerEpoch: 3, baseSequence: 1_000_000 }
    const sealed = sealBatch(bytes.subarray(0, end), values.length, 1_780_000_000_000, source, compression)
    if (compression === 'zstd') assert.ok(sealed.length < end / 5, `${sealed.length} of ${end} bytes`)

    const batch = readRecordsBatch(Reader.from(sealed))
    assert.deepEqual(
      [batch.magic, batch.producerId, batch.producerEpoch, batch.firstSequence, batch.lastOffsetDelta, batch.firstTimestamp, batch.maxTimestamp],
      [2, 4711n, 3, 1_000_000, 199, 1_780_000_000_000n, 1_780_000_000_000n])
    assert.deepEqual(batch.records.map((record) => record.value?.toString()), values)
    assert.deepEqual(batch.records.map((record) => record.offsetDelta), [...values.keys()])
    assert.equal(batch.records[8]?.key?.toString(), 'key-1')
  })
}

test('a varint is read as the number it was, and is as long as was said', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 30 - 1 }), (value) => {
    const bytes = Buffer.alloc(8)
    const end = writeVarint(bytes, 0, value)
    assert.equal(end, varintBytes(value))
    assert.equal(Reader.from(bytes).readVarInt(), value)
  }))
})
