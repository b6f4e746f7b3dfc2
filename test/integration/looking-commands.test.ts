// Runs alone: starts a whole system, and kills parts of it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { createCommandRunner, eventually } from './command-runner.ts'

const folder = mkdtempSync(join(tmpdir(), 'factory-looks-'))
await chmod(folder, 0o755)
const { run, follow, brokers } = await createCommandRunner(join(folder, 'home'))

before(async () => {
  const { code, stderr } = await run('up')
  assert.equal(code, 0, stderr)
})

after(async () => {
  await run('clean')
  rmSync(folder, { recursive: true, force: true })
})

describe('the commands that look', { concurrency: false }, () => {
  test('readings are lines, and what isn\'t one says why', async () => {
    await produce('sensor-data', ...Array.from({ length: 20 }, () => reading('looked-at-0', 20)))
    await produce('sensor-data', 'nonsense', reading('looked-at-1', 20), reading('looked-at-2', 99))
    const seen = await eventually(() => run('monitor-sensors'), ({ stdout }) => stdout.includes('looked-at-2') && stdout.includes('malformed'), 10_000)
    assert.deepEqual([seen.code, seen.stderr], [0, ''])
    assert.match(seen.stdout, /^\d\d:\d\d:\d\d\.\d{3} {2}looked-at-2 +99\.00 °C +- +hall\/m\/z +\d:\d+$/m)
    assert.match(seen.stdout, /^\d\d:\d\d:\d\d\.\d{3} {2}malformed {2}\d:\d+ {2}not_json: .+$/m)
    assert.ok(seen.stdout.trim().split('\n').length <= 10)
    const one = await run('monitor-sensors', { SENSOR: 'looked-at-1', FORMAT: 'json' })
    assert.deepEqual(one.stdout.trim().split('\n').map((line) => (JSON.parse(line) as { sensor_id: string }).sensor_id), ['looked-at-1'])
  })

  test('alerts and rebalances come as they happen, until Ctrl+C', async () => {
    const text = follow('monitor-alerts', { FOLLOW: '1' })
    const json = follow('monitor-alerts', { FOLLOW: '1', FORMAT: 'json', SENSOR: 'looked-at-3' })
    await eventually(text.stdout, (seen) => seen.includes('looked-at-2'), 10_000)
    await eventually(json.stdout, (seen) => seen.includes('rebalancing_event'), 10_000)
    const already = [text, json].map(({ stdout }) => stdout().length)
    await produce('sensor-data', reading('looked-at-3', 99))
    assert.equal((await run('kill', { SERVICE: 'consumer-1' })).code, 0)
    const lines = await eventually(() => text.stdout().slice(already[0]), (seen) => seen.includes('looked-at-3') && seen.includes(' got '), 20_000)
    const objects = await eventually(() => json.stdout().slice(already[1]), (seen) => seen.includes('"partition_assigned"'), 5_000)
    assert.equal((await run('revive', { SERVICE: 'consumer-1' })).code, 0)
    assert.deepEqual([await text.interrupt(), await json.interrupt()], [0, 0])

    assert.match(lines, /^\d\d:\d\d:\d\d\.\d{3} {2}high +looked-at-3 +critical_threshold_violation +99\.00 °C +consumer-00\d +99 °C, .+$/m)
    assert.match(lines, /^\d\d:\d\d:\d\d\.\d{3} {2}-- rebalance: consumer-00[23] got partitions? [\d,]+$/m)
    const kinds = objects.trim().split('\n').map((line) => JSON.parse(line) as { sensor_id?: string, rebalancing_event?: object })
    assert.ok(kinds.every((each) => each.sensor_id === 'looked-at-3' || each.rebalancing_event !== undefined))
    assert.deepEqual([text.stderr(), json.stderr()], ['', ''])
  })

  test('alerts are shown while PostgreSQL is away', async () => {
    assert.equal((await run('kill', { SERVICE: 'postgres' })).code, 0)
    const alerts = await run('monitor-alerts')
    assert.equal((await run('revive', { SERVICE: 'postgres' })).code, 0)
    assert.deepEqual([alerts.code, alerts.stdout.includes('looked-at-')], [0, true])
    assert.match(alerts.stderr, /^-- PostgreSQL doesn't answer: .+; rebalancing events are not shown meanwhile\n$/)
  })

  test('a look goes on when Kafka has been away', async () => {
    const sensors = follow('monitor-sensors', { FOLLOW: '1' })
    await eventually(sensors.stdout, (seen) => seen.includes('temp-sensor-001'), 10_000)
    const all = { SERVICE: 'kafka1,kafka2,kafka3' }
    assert.equal((await run('kill', all)).code, 0)
    await eventually(sensors.stderr, (seen) => seen !== '', 10_000)
    const already = sensors.stdout().length
    assert.match((await run('monitor-sensors')).stderr, /^Kafka doesn't answer: .+\n$/)
    assert.equal((await run('revive', all)).code, 0)
    const since = await eventually(() => sensors.stdout().slice(already), (seen) => seen.includes('vib-sensor-002'), 30_000)
    assert.equal(await sensors.interrupt(), 0)
    assert.match(since, /vib-sensor-002/)
    assert.match(sensors.stderr(), /^-- Kafka doesn't answer: [^\n]+; this waits for it\n-- Kafka answers\n$/)
  })
})

function reading(sensorId: string, value: number): string {
  return JSON.stringify({
    timestamp: new Date().toISOString(), sensor_id: sensorId, sensor_type: 'temperature', value, unit: '°C',
    location: { factory_section: 'hall', machine_id: 'm', zone: 'z' },
  })
}

async function produce(topic: string, ...values: readonly string[]): Promise<void> {
  const producer = createKafkaProducer({ brokers, clientId: 'test' })
  try {
    await producer.send(values.map((value) => ({ topic, value: Buffer.from(value) })))
  } finally {
    await producer.close()
  }
}
