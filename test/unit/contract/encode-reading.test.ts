import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEncoder } from '../../../src/contract/encode-reading.ts'
import { isRejection, parseReading } from '../../../src/contract/reading.ts'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES, alertLevelOf } from '../../../src/contract/sensor-types.ts'

test('a reading has the fields of the contract, in its order', () => {
  const encode = createEncoder({
    sensorId: 'temp-sensor-001', sensorType: 'temperature', epoch: 'e1', thresholds: { warning: 35, critical: 40 },
    location: { factory_section: 'production', machine_id: 'machine-001', zone: 'zone-a' },
  })
  assert.equal(encode(14, Date.UTC(2025, 8, 16, 21, 41, 41, 11), 42.48, 1), '{"timestamp":"2025-09-16T21:41:41.011Z",'
    + '"sensor_id":"temp-sensor-001","sensor_type":"temperature","location":{"factory_section":"production","machine_id":"machine-001",'
    + '"zone":"zone-a"},"value":42.48,"unit":"°C","alert_level":"critical","quality":1,"metadata":{"reading_count":14,'
    + '"warning_threshold":35,"critical_threshold":40,"producer_epoch":"e1","sequence":14}}')
})

test('whatever is encoded passes the contract\'s own check unchanged', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.isWellFormed() && !text.includes('\0'))
  fc.assert(fc.property(
    fc.constantFrom(...SENSOR_TYPE_NAMES), fc.tuple(name, name, name, name), fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (sensorType, [sensorId, factory_section, machine_id, zone], value, sequence, time, quality) => {
      const thresholds = SENSOR_TYPES[sensorType]
      const encode = createEncoder({ sensorId, sensorType, location: { factory_section, machine_id, zone }, thresholds, epoch: sensorId })
      const bytes = Buffer.from(encode(sequence, time.getTime(), value, quality))
      const reading = parseReading(bytes, { oldestUs: -Infinity, newestUs: Infinity })
      assert.ok(!isRejection(reading), JSON.stringify(reading))
      assert.deepEqual(reading, {
        timeUs: time.getTime() * 1000, sensorId, sensorType, section: factory_section, machine: machine_id, zone,
        value: value + 0, unit: thresholds.unit, level: alertLevelOf(value, thresholds), quality: quality + 0, readingCount: sequence,
        warningThreshold: thresholds.warning, criticalThreshold: thresholds.critical, epoch: sensorId, sequence,
      })
    }))
})
