// Starts a whole system, and kills parts of it.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka'
import type { CheckResult } from '../../src/cli/checks/check-run.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { eventually } from '../harness/eventually.ts'
import { localSystem } from './local-system.ts'

const { run, follow, brokers } = await localSystem()

describe('the commands that check', { concurrency: false }, () => {
  test('say that nothing runs, and how they are called', async () => {
    assert.deepEqual(await run('verify-cluster'), { code: 1, stdout: '', stderr: 'the system doesn\'t run; start it by `make all`\n' })
    assert.deepEqual(await run('verify-cluster', {}, 'fast'),
      { code: 2, stdout: '', stderr: 'verify-cluster takes no arguments, but got "fast"; see verify-cluster --help\n' })
    const late = await run('wait-for-kafka', { TIMEOUT_S: '1' })
    assert.deepEqual(late, { code: 1, stdout: '', stderr: 'Kafka is not ready after 1 s: the system doesn\'t run; start it by `make all`\n' })
    assert.equal((await run('wait-for-kafka', { KAFKA_PORT_BASE: 'abc' })).stderr, 'KAFKA_PORT_BASE is "abc"; it must be a whole number from 1 to 65530\n')
  })

  test('Kafka is waited for while it starts', async (t) => {
    const [waited, started] = await Promise.all([run('wait-for-kafka'), run('up')])
    assert.equal(started.code, 0, started.stderr)
    assert.equal(waited.code, 0, waited.stderr)
    assert.match(waited.stdout, /^ {2}2 s: .+\n/)
    const last = waited.stdout.trim().split('\n').at(-1) ?? ''
    assert.match(last, /^Kafka is ready after \d+\.\d s: brokers 1, 2, 3, controller [123], (no topic yet|topics .+)$/)
    t.diagnostic(last)
  })

  test('a healthy system passes every check, and keeps nothing of them', async (t) => {
    const text = await eventually(() => run('verify-cluster'), ({ code }) => code === 0, 20_000)
    assert.equal(text.code, 0, text.stdout)
    const last = text.stdout.trim().split('\n').at(-1) ?? ''
    assert.match(last, /^All 32 checks passed in \d+\.\d s$/)
    t.diagnostic(last)
    for (const group of ['Kafka', 'Topics', 'Round trip', 'PostgreSQL', 'Consumers', 'API']) assert.ok(text.stdout.includes(`  ok      ${group} `), group)
    for (const command of ['test-connectivity', 'test-external', 'test-topics']) {
      const tested = await run(command)
      assert.equal(tested.code, 0, tested.stdout)
      t.diagnostic(`${command}: ${tested.stdout.trim().split('\n').at(-1)}`)
    }
    assert.deepEqual(await temporaryTopics(), [])
    assert.match((await run('monitor')).stdout, /^http:\/\/127\.0\.0\.1:\d+\/kafka\n$/)
  })

  test('Ctrl+C in the middle of a check leaves no topic', async () => {
    const checking = follow('test-topics')
    await eventually(checking.stdout, (seen) => seen.includes('copy of sensor-data '), 20_000)
    assert.equal(await checking.interrupt(), 1)
    assert.match(checking.stdout(), /not checked: interrupted/)
    assert.deepEqual(await temporaryTopics(), [])
  })

  test('a wrong setting of a topic is named', async () => {
    await eventually(() => verify(), ({ code }) => code === 0, 30_000)
    await setConfig('alerts', 'min.insync.replicas', '2')
    const { stdout, code } = await run('verify-cluster')
    const tested = await run('test-topics')
    await setConfig('alerts', 'min.insync.replicas', '1')
    assert.equal(code, 1)
    assert.match(stdout, /FAILED {2}Topics +alerts settings +min\.insync\.replicas is 2, not 1\n/)
    for (const { stdout: printed } of [{ stdout }, tested]) assert.match(printed, /\n1 of \d+ checks failed: Topics alerts settings\n$/)
  })

  test('a broker that is killed is named, and so is what can\'t be checked without it', async () => {
    const second = brokers[1] ?? ''
    assert.equal((await run('kill', { SERVICE: 'kafka2' })).code, 0)
    const { code, stdout } = await run('verify-cluster')
    const waited = await run('wait-for-kafka', { TIMEOUT_S: '3' })
    const connected = await run('test-connectivity')
    assert.equal((await run('revive', { SERVICE: 'kafka2' })).code, 0)

    assert.equal(code, 1)
    assert.match(stdout.trim().split('\n').at(-1) ?? '', new RegExp(`^\\d+ of 32 checks failed: Kafka kafka2 \\(${second}\\).*; \\d not checked$`))
    assert.match(stdout, /Round trip +through .+ not checked: kafka2 \(.+\) failed\n/)
    assert.deepEqual([waited.code, waited.stderr], [1, `Kafka is not ready after 3 s: no answer from ${second}\n`])
    assert.equal(connected.code, 1)
    assert.match(connected.stdout, new RegExp(`\\n1 of 5 checks failed: Kafka kafka2 \\(${second}\\)\\n$`))
  })

  test('PostgreSQL that is away is named, by the API too', async () => {
    assert.equal((await run('kill', { SERVICE: 'postgres' })).code, 0)
    const { code, checks } = await verify()
    assert.equal((await run('revive', { SERVICE: 'postgres' })).code, 0)
    assert.equal(code, 1)
    const failed = new Map(checks.filter(({ ok }) => !ok).map(({ group, name, detail }) => [`${group} ${name}`, detail]))
    assert.match(failed.get('PostgreSQL version') ?? '', /ECONNREFUSED/)
    assert.equal(failed.get('PostgreSQL write and read'), 'not checked: version failed')
    assert.match(failed.get('API /health') ?? '', /^answers 503 instead of 200: \{"status":"unhealthy"/)
  })
})

describe('the commands that look', { concurrency: false }, () => {
  // The checks before have killed parts of it.
  before(async () => {
    const { code, checks } = await eventually(verify, (found) => found.code === 0, 30_000)
    assert.equal(code, 0, JSON.stringify(checks.filter(({ ok }) => !ok)))
  })

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

async function verify(): Promise<{ code: number, checks: readonly CheckResult[] }> {
  const { code, stdout } = await run('verify-cluster', { FORMAT: 'json' })
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean, checks: CheckResult[] }
  assert.equal(ok, code === 0)
  assert.equal(ok, checks.every((check) => check.ok))
  return { code, checks }
}

async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...brokers], strict: false })
  try {
    return await work(admin)
  } finally {
    await admin.close()
  }
}

async function temporaryTopics(): Promise<string[]> {
  return withAdmin(async (admin) => (await admin.listTopics()).filter((name) => name.startsWith('temporary-check-')))
}

async function setConfig(topic: string, name: string, value: string): Promise<void> {
  await withAdmin((admin) => admin.incrementalAlterConfigs({
    resources: [{
      resourceType: ConfigResourceTypes.TOPIC, resourceName: topic,
      configs: [{ name, value, configOperation: IncrementalAlterConfigOperationTypes.SET }],
    }],
  }))
}

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
