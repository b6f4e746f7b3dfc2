import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { SENSOR_TYPES, SENSOR_TYPE_NAMES } from '../../../src/contract/sensor-types.ts'
import { UNPROTECTED } from '../../../src/kafka/security.ts'
import { producerVariables, readConfig } from '../../../src/producer/config.ts'
import { ExitError } from '../../../src/runtime/errors.ts'

const CALENDAR = join(import.meta.dirname, '../../../calendar.yaml')
const MINIMAL = { SENSOR_ID: 'temp-sensor-001', SENSOR_TYPE: 'temperature' }

test('a sensor needs a name and a type; the rest has defaults', () => {
  const { calendar, ...config } = readConfig(MINIMAL)
  assert.equal(calendar.zone.name, 'UTC')
  assert.deepEqual(config, {
    sensorId: 'temp-sensor-001', sensorType: 'temperature', samplingIntervalMs: 3_000, seed: '1', bufferMax: 10_000,
    location: { factory_section: 'production', machine_id: 'machine-001', zone: 'zone-a' }, thresholds: { warning: 35, critical: 40 },
    brokers: ['kafka1:29092', 'kafka2:29092', 'kafka3:29092'], kafkaSecurity: UNPROTECTED, sensorTopic: 'sensor-data', alertTopic: 'alerts',
    databaseUrl: 'postgresql://factory_user:factory_pass@postgres:5432/factory_monitoring', logLevel: 'info', livenessFile: null,
  })
})

test('the environment of the contract is taken', () => {
  const { calendar, ...config } = readConfig({
    PLANT_CALENDAR: CALENDAR, SENSOR_ID: 'energy-sensor-003', SENSOR_TYPE: 'energy', SAMPLING_INTERVAL: '0.25', FACTORY_SECTION: 'utilities', MACHINE_ID: 'generator-001',
    ZONE: 'zone-c', SENSOR_SEED: 'plant 7', KAFKA_BROKERS: 'a:1,b:2', SENSOR_TOPIC: 't', PRODUCER_BUFFER_MAX: '5', LOG_LEVEL: 'debug',
    LIVENESS_FILE: '/run/alive', DATABASE_URL: 'postgres://u:p@h/d',
    ENERGY_WARNING_THRESHOLD: '120', ENERGY_CRITICAL_THRESHOLD: '130.5', TEMPERATURE_WARNING_THRESHOLD: '1',
  })
  assert.equal(calendar.zone.name, 'Europe/Berlin')
  assert.deepEqual(config, {
    sensorId: 'energy-sensor-003', sensorType: 'energy', samplingIntervalMs: 250, seed: 'plant 7', bufferMax: 5,
    location: { factory_section: 'utilities', machine_id: 'generator-001', zone: 'zone-c' }, thresholds: { warning: 120, critical: 130.5 },
    brokers: ['a:1', 'b:2'], kafkaSecurity: UNPROTECTED, sensorTopic: 't', alertTopic: 'alerts', databaseUrl: 'postgres://u:p@h/d', logLevel: 'debug',
    livenessFile: '/run/alive',
  })
})

test('every type of the table has its own interval and its two threshold variables', () => {
  for (const type of SENSOR_TYPE_NAMES) {
    const { samplingIntervalS, warning, critical } = SENSOR_TYPES[type]
    const { samplingIntervalMs, thresholds } = readConfig({ SENSOR_ID: 's', SENSOR_TYPE: type })
    assert.equal(samplingIntervalMs, samplingIntervalS * 1000)
    assert.deepEqual(thresholds, { warning, critical })
    assert.ok(`${type.toUpperCase()}_WARNING_THRESHOLD` in producerVariables)
    assert.ok(`${type.toUpperCase()}_CRITICAL_THRESHOLD` in producerVariables)
  }
})

const WRONG: readonly (readonly [env: Record<string, string>, line: RegExp])[] = [
  [{ SENSOR_ID: '' }, /^SENSOR_ID is not set; it must be a text of at most 256 characters$/],
  [{ SENSOR_ID: 'x'.repeat(257) }, /^SENSOR_ID is "x+"; it must be/],
  [{ SENSOR_ID: 'a\u0007b' }, /^SENSOR_ID is /],
  [{ SENSOR_TYPE: 'temprature' }, /^SENSOR_TYPE is "temprature"; it must be temperature, vibration, energy, humidity, pressure$/],
  [{ SAMPLING_INTERVAL: '0' }, /^SAMPLING_INTERVAL is "0"; it must be a number from 0.01 to 86400$/],
  [{ SAMPLING_INTERVAL: 'often' }, /^SAMPLING_INTERVAL is "often"/],
  [{ PRODUCER_BUFFER_MAX: '1.5' }, /^PRODUCER_BUFFER_MAX is "1.5"; it must be a whole number from 1 to 10000000$/],
  [{ KAFKA_BROKERS: 'localhost' }, /^KAFKA_BROKERS is "localhost"; it must be host:port/],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud"/],
  [{ VIBRATION_WARNING_THRESHOLD: 'NaN' }, /^VIBRATION_WARNING_THRESHOLD is "NaN"/],
  [{ TEMPERATURE_WARNING_THRESHOLD: '41' }, /^TEMPERATURE_WARNING_THRESHOLD is "41"; it must be at most TEMPERATURE_CRITICAL_THRESHOLD, 40$/],
  [{ TEMPERATURE_CRITICAL_THRESHOLD: '30' }, /^TEMPERATURE_CRITICAL_THRESHOLD is "30"; it must be at least TEMPERATURE_WARNING_THRESHOLD, 35$/],
]

for (const [env, line] of WRONG) {
  test(`refuses ${JSON.stringify(env).slice(0, 60)}`, () => {
    assert.throws(() => readConfig({ ...MINIMAL, ...env }), (error: Error) => {
      assert.ok(error instanceof ExitError)
      assert.match(error.message, line)
      return true
    })
  })
}
