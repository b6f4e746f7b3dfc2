// Starts a whole system, and kills it.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceStatus } from '../../src/local/supervisor/protocol.ts'
import { readSupervisorState } from '../../src/local/state-files.ts'
import { portTaken } from '../../src/local/process/ports.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { eventually } from '../harness/eventually.ts'
import { localSystem } from './local-system.ts'

const NAMES = [
  'kafka1', 'kafka2', 'kafka3', 'postgres', 'temperature-sensor', 'vibration-sensor', 'energy-sensor', 'consumer-1', 'consumer-2', 'consumer-3',
  'monitoring',
]

const { home, kafkaPortBase, postgresPort, monitoringPort, run, status } = await localSystem()

describe('the commands of a local run', { concurrency: false }, () => {
  test('a wrong variable and a taken port are said in a line each, before anything is started', async () => {
    const wrong = await run('up', { KAFKA_PORT_BASE: 'abc', TEMPERATURE_WARNING_THRESHOLD: '1' })
    assert.deepEqual(wrong, { code: 1, stdout: '', stderr: 'KAFKA_PORT_BASE is "abc"; it must be a whole number from 1 to 65530\n' })

    const server = createServer().listen(monitoringPort, '127.0.0.1')
    await once(server, 'listening')
    const taken = await run('up', { TEMPERATURE_WARNING_THRESHOLD: 'warm' })
    server.close()
    assert.equal(taken.code, 1)
    assert.match(taken.stderr, new RegExp('^TEMPERATURE_WARNING_THRESHOLD is "warm"; it must be a number .*\\n'
      + `port ${monitoringPort} is taken by .+ \\(pid ${process.pid}\\), and monitoring needs it; stop that program, or set MONITORING_PORT to another port\\n$`))
    assert.equal(taken.stdout, '')
    assert.equal((await status()).running, false)
  })

  test('two starts at once make one system, and return when a reading made since then is stored', async (t) => {
    const began = new Date()
    const both = await Promise.all([run('up'), run('up')])
    for (const { code, stderr } of both) assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const [one] = both
    assert.match(one.stdout, /Kafka ready +\d+\.\d s\n/)
    assert.match(one.stdout, /First reading stored +\d+\.\d s\n/)
    assert.match(one.stdout, new RegExp(`Running after \\d+\\.\\d s\\n  Page +http://127\\.0\\.0\\.1:${monitoringPort}\\n`))
    t.diagnostic(one.stdout.split('\n').filter((line) => line.endsWith(' s')).map((line) => line.trim().replaceAll(/ {2,}/g, ' ')).join(', '))

    const { services } = await status()
    assert.deepEqual(services.map(({ name }) => name), NAMES)
    for (const { name, state, pid, restarts } of services) assert.deepEqual({ name, state, restarts, alive: alive(pid) }, { name, state: 'running', restarts: 0, alive: true })

    const addresses = Object.fromEntries((await run('env')).stdout.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
    assert.deepEqual(Object.keys(addresses), ['KAFKA_BROKERS', 'DATABASE_URL', 'MONITORING_URL'])
    const pool = createPool(addresses['DATABASE_URL'] ?? '', { applicationName: 'test', max: 1 })
    const { rows } = await pool.query<{ count: number }>('select count(*) as count from sensor_readings where timestamp_utc > $1', [began])
    await pool.end()
    assert.ok((rows[0]?.count ?? 0) > 0)
    assert.equal((await fetch(`${addresses['MONITORING_URL']}/api/system-status`)).status, 200)
  })

  test('a second start changes nothing, and refuses other ports', async () => {
    const before = await status()
    const again = await run('up')
    assert.equal(again.code, 0)
    assert.match(again.stdout, /^It runs already \(11 of 11 services\); nothing was changed\.\n/)
    const moved = await run('up', { MONITORING_PORT: '1' })
    assert.deepEqual(moved, { code: 1, stdout: '', stderr: `it runs with MONITORING_PORT=${monitoringPort}, not 1; \`make stop\` first\n` })
    assert.deepEqual((await status()).services.map(({ pid }) => pid), before.services.map(({ pid }) => pid))
  })

  test('health and topics have a verdict', async () => {
    const health = await eventually(() => run('health'), ({ code }) => code === 0, 15_000)
    assert.equal(health.code, 0, health.stdout)
    assert.equal(health.stdout.split('\n').filter((line) => line.startsWith('  ok ')).length, NAMES.length)
    const topics = await run('topics', { FORMAT: 'json' })
    const found = (JSON.parse(topics.stdout) as { topics: { name: string, partitions: unknown[] }[] }).topics
    assert.deepEqual(found.map(({ name, partitions }) => [name, partitions.length]), [['sensor-data', 3], ['alerts', 2], ['sensor-data.dlq', 1]])
  })

  test('what is killed by hand stays dead until it is revived', async () => {
    const { pid } = await service('consumer-1')
    assert.equal((await run('kill', { SERVICE: 'consumer-1' })).code, 0)
    assert.equal(alive(pid), false)
    const again = await run('up')
    assert.match(again.stdout, /consumer-1 was killed by hand: make revive SERVICE=consumer-1/)
    await sleep(1_000)
    assert.deepEqual(await fields('consumer-1'), { state: 'killed', pid: null, restarts: 0 })
    const dead = await run('kill', { SERVICE: 'consumer-1' })
    assert.deepEqual(dead, { code: 1, stdout: '', stderr: 'consumer-1 is not running (killed)\n' })
    const unhealthy = await run('health')
    assert.equal(unhealthy.code, 1)
    assert.match(unhealthy.stdout, /FAILED {2}consumer-1 +killed\n/)

    assert.equal((await run('revive', { SERVICE: 'consumer-1' })).code, 0)
    const revived = await service('consumer-1')
    assert.deepEqual([revived.state, alive(revived.pid)], ['running', true])
    assert.deepEqual([await run('kill', { SERVICE: 'consumer-9' }), await run('kill')].map(({ code }) => code), [2, 2])
  })

  test('what dies by itself is started again', async () => {
    for (const name of ['vibration-sensor', 'kafka2', 'postgres']) {
      const { pid } = await service(name)
      process.kill(pid ?? 0, 'SIGKILL')
      const { state, restarts, pid: next } = await eventually(() => service(name), (found) => found.state === 'running' && found.pid !== pid, 20_000)
      assert.deepEqual([name, state, restarts, alive(next)], [name, 'running', 1, true])
    }
  })

  test('a kind of services is stopped and started, the others run on', async () => {
    const before = await service('consumer-2')
    assert.equal((await run('stop-producers')).code, 0)
    const { services } = await status()
    assert.deepEqual(services.filter(({ state }) => state === 'stopped').map(({ name }) => name), ['temperature-sensor', 'vibration-sensor', 'energy-sensor'])
    assert.equal((await service('consumer-2')).pid, before.pid)
    const wrong = await run('start-producers', { TEMPERATURE_WARNING_THRESHOLD: 'warm' })
    assert.equal(wrong.code, 1)
    assert.equal((await run('start-producers', { TEMPERATURE_WARNING_THRESHOLD: '30' })).code, 0)
    assert.equal((await service('temperature-sensor')).state, 'running')
  })

  test('logs show what each service said', async () => {
    const { code, stdout } = await run('logs', { SERVICE: 'vibration-sensor' })
    assert.equal(code, 0)
    assert.match(stdout, /^\d\d:\d\d:\d\d\.\d{3} info {2}started .*sensorType=vibration/m)
    const raw = await run('logs-consumers', { FORMAT: 'json' })
    for (const line of raw.stdout.trim().split('\n')) assert.match((JSON.parse(line) as { service: string }).service, /^consumer-00[123]$/)
  })

  test('a stop ends everything and keeps the data', async (t) => {
    const pids = await allPids()
    const started = Date.now()
    const { code, stdout } = await run('stop')
    t.diagnostic(stdout.trim().replaceAll(/\s{2,}/g, ' '))
    assert.equal(code, 0)
    assert.ok(Date.now() - started < 15_000)
    assert.deepEqual(await survivors(pids), [])
    assert.deepEqual(await takenPorts(), [])
    assert.ok(readdirSync(join(home, 'kafka1')).includes('data'))
    assert.deepEqual(await run('stop'), { code: 0, stdout: 'Nothing runs.\n', stderr: '' })
    assert.equal((await run('env')).code, 1)
  })

  test('a supervisor that is killed leaves nothing behind, and the next start works on its data', async () => {
    assert.equal((await run('infrastructure-only')).code, 0)
    const pids = await allPids()
    const supervisor = readSupervisorState(home)?.pid ?? 0
    process.kill(supervisor, 'SIGKILL')
    assert.deepEqual(await survivors(pids), [])
    assert.equal((await status()).running, false)
    assert.equal((await run('start')).code, 0)
    assert.deepEqual((await status()).services.filter(({ state }) => state === 'running').map(({ name }) => name), NAMES.slice(0, 4))
  })

  test('clean ends it and deletes everything of it', async () => {
    const pids = await allPids()
    assert.equal((await run('clean')).code, 0)
    assert.deepEqual(await survivors(pids), [])
    assert.equal(existsSync(home), false)
    assert.equal((await run('clean')).code, 0)
  })
})

async function service(name: string): Promise<ServiceStatus> {
  const found = (await status()).services.find((each) => each.name === name)
  assert.ok(found !== undefined)
  return found
}

async function fields(name: string): Promise<Pick<ServiceStatus, 'state' | 'pid' | 'restarts'>> {
  const { state, pid, restarts } = await service(name)
  return { state, pid, restarts }
}

/** Of the services that run, and of their supervisor. */
async function allPids(): Promise<number[]> {
  const supervisor = readSupervisorState(home)?.pid
  return [...(await status()).services.flatMap(({ pid }) => pid ?? []), ...supervisor === undefined ? [] : [supervisor]]
}

/** Those of the processes that are still there after a moment: their parent may not have taken note of their end yet. */
function survivors(pids: readonly number[]): Promise<number[]> {
  return eventually(() => Promise.resolve(pids.filter(alive)), (left) => left.length === 0, 3_000)
}

function alive(pid: number | null): boolean {
  if (pid === null) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function takenPorts(): Promise<number[]> {
  const ports = [postgresPort, monitoringPort, ...Array.from({ length: 6 }, (_, index) => kafkaPortBase + index)]
  return (await Promise.all(ports.map(async (port) => (await portTaken(port) ? [port] : [])))).flat()
}
