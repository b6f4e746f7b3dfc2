import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Reader, readRecordsBatch } from '@platformatic/kafka'
import fc from 'fast-check'
import { createEncoder } from '../../../src/contract/encode-reading.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../../../src/contract/sensor-types.ts'
import { createReadingWriter } from '../../../src/fleet/reading-writer.ts'
import { BATCH_HEADER_BYTES, sealBatch } from '../../../src/kafka/record-batch.ts'

test('a record is key and text of a reading, byte for byte as the encoder of single sensors makes it', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }).filter((text) => text.isWellFormed())
  fc.assert(fc.property(
    fc.constantFrom(...SENSOR_TYPE_NAMES), fc.tuple(name, name, name, name), fc.integer({ min: -200_000, max: 200_000 }),
    fc.integer({ min: 1, max: 2 ** 45 }), fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }), fc.integer({ min: 0, max: 100 }),
    (sensorType, [sensorId, factory_section, machine_id, zone], hundredths, sequence, timeMs, percent) => {
      const identity = { sensorId, sensorType, location: { factory_section, machine_id, zone }, thresholds: SENSOR_TYPES[sensorType], epoch: zone }
      const sample = { value: hundredths / 100, quality: percent / 100 }
      const writer = createReadingWriter(identity)
      const bytes = Buffer.alloc(BATCH_HEADER_BYTES + 3 * writer.maxBytes)
      let end = BATCH_HEADER_BYTES
      for (let place = 0; place < 3; place++) {
        const before = end
        end = writer.write(bytes, end, place, sequence + place, timeMs + 61_000 * place, sample)
        assert.ok(end - before <= writer.maxBytes)
      }
      const source = { producerId: 1n, producerEpoch: 0, baseSequence: 0 }
      const { records } = readRecordsBatch(Reader.from(sealBatch(bytes.subarray(0, end), 3, timeMs, source, 'none')))
      const encode = createEncoder(identity)
      for (const [place, { key, value, headers }] of records.entries()) {
        assert.equal(key?.toString(), sensorId)
        assert.equal(value?.toString(), encode(sequence + place, timeMs + 61_000 * place, sample.value, sample.quality))
        assert.equal(headers.length, 0)
      }
    }))
})
