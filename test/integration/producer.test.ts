import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Reading } from '../../src/contract/reading.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { recordProducerBeat } from '../../src/postgres/producer-health.ts'
import type { ProducerBeat } from '../../src/postgres/producer-health.ts'
import { testDatabase, testPlant, testTopics } from '../harness/plant.ts'
import { readTopic } from './producer-topic.ts'

const SENSOR = { SENSOR_ID: 'temp-sensor-001', SENSOR_TYPE: 'temperature', SAMPLING_INTERVAL: '0.05', SENSOR_SEED: '7' }

interface HealthRow {
  readonly sensor_type: string
  readonly status: string
  readonly last_heartbeat: Date
  readonly messages_sent_last_minute: number
  readonly total_messages_sent: number
  readonly heartbeat_interval_ms: number
  readonly metadata: { readonly own_interval: boolean, readonly epoch: string, readonly buffered: number, readonly dropped: number }
}

interface Ended {
  readonly code: number | null
  readonly lines: readonly { readonly msg: string, readonly [field: string]: unknown }[]
  readonly stderr: string
}

const MAIN = fileURLToPath(new URL('../../src/producer/main.ts', import.meta.url))

/** The program itself, as a plant runs it. */
function startProcess(context: TestContext, env: Record<string, string>): { stop(): Promise<Ended>, ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  context.after(() => { child.kill('SIGKILL') })
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(([[code], stdout, stderr]) => ({
    code: code as number | null, stderr, lines: stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Ended['lines'][number]),
  }))
  return {
    ended,
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

function openPool(context: TestContext, databaseUrl: string): Pool {
  const pool = createPool(databaseUrl, { applicationName: 'test', max: 1 })
  context.after(async () => pool.end())
  return pool
}

async function rowOf(pool: Pool, producerId = SENSOR.SENSOR_ID): Promise<HealthRow | undefined> {
  const { rows } = await pool.query<HealthRow>('select * from producer_health where producer_id = $1', [producerId])
  return rows[0]
}

async function waitFor<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    assert.ok(performance.now() < deadline, `waited 20 s in vain: ${what}`)
    await sleep(50)
  }
}

test('a life of a producer: readings, heartbeats, a clean stop, and a total that goes on in the next life', async (context) => {
  const plant = await testPlant(context)
  const pool = openPool(context, plant.databaseUrl)

  const first = startProcess(context, { ...plant.env, ...SENSOR })
  const row = await waitFor('the first heartbeat', async () => rowOf(pool))
  assert.equal(row.status, 'active')
  assert.equal(row.sensor_type, 'temperature')
  assert.equal(row.heartbeat_interval_ms, 2_000)
  assert.deepEqual({ ...row.metadata, epoch: '', sent: 0, buffered: 0 }, { own_interval: true, epoch: '', sent: 0, buffered: 0, dropped: 0 })
  for (let beat = 1, before = row.last_heartbeat; beat <= 2; beat++) {
    const next = await waitFor('another heartbeat', async () => {
      const now = await rowOf(pool)
      return now !== undefined && now.last_heartbeat > before && now
    })
    const gapMs = next.last_heartbeat.getTime() - before.getTime()
    assert.ok(gapMs > 1_800 && gapMs < 2_500, `${gapMs} ms between two heartbeats`)
    assert.equal(next.heartbeat_interval_ms, 2_000)
    before = next.last_heartbeat
  }

  const ended = await first.stop()
  assert.equal(ended.code, 0, ended.stderr)
  assert.equal(ended.stderr, '')
  const readings = (await readTopic(plant.brokers, plant.topics.sensor)).map(({ value }) => JSON.parse(value.toString()) as Reading)
  assert.ok(readings.length >= 60, `${readings.length} readings in 4 s`)
  assert.deepEqual(readings.map((reading) => reading.metadata?.sequence), readings.map((_, index) => index + 1))
  const flushed = ended.lines.find(({ msg }) => msg.startsWith('flushed'))
  assert.equal(flushed?.['sent'], readings.length)
  assert.equal(flushed['left'], 0)
  // Not a line for each reading.
  assert.ok(ended.lines.length < 10, JSON.stringify(ended.lines))

  const goodbye = await rowOf(pool)
  assert.equal(goodbye?.status, 'inactive')
  assert.equal(goodbye.total_messages_sent, readings.length)
  assert.equal(goodbye.messages_sent_last_minute, readings.length)

  const second = startProcess(context, { ...plant.env, ...SENSOR })
  await waitFor('the next life', async () => {
    const now = await rowOf(pool)
    return now?.status === 'active' && now.total_messages_sent > readings.length
  })
  assert.equal((await second.stop()).code, 0)
  const all = (await readTopic(plant.brokers, plant.topics.sensor)).map(({ value }) => JSON.parse(value.toString()) as Reading)
  const secondLife = all.slice(readings.length)
  assert.deepEqual(secondLife.map((reading) => reading.metadata?.sequence), secondLife.map((_, index) => index + 1))
  assert.equal(new Set(all.map((reading) => reading.metadata?.producer_epoch)).size, 2)
  assert.equal((await rowOf(pool))?.total_messages_sent, all.length)
})

test('a producer alone on an empty database makes the tables', async (context) => {
  const [topics, { databaseUrl }] = [await testTopics(), await testDatabase(context, 'empty')]
  const pool = openPool(context, databaseUrl)
  const producer = startProcess(context, { ...SENSOR, KAFKA_BROKERS: topics.brokers.join(), SENSOR_TOPIC: topics.topics.sensor, DATABASE_URL: databaseUrl })
  await waitFor('the row', async () => {
    const { rows } = await pool.query<{ exists: boolean }>(`select to_regclass('producer_health') is not null as exists`)
    return rows[0]?.exists === true && rowOf(pool)
  })
  const { code, lines } = await producer.stop()
  assert.equal(code, 0)
  assert.deepEqual(lines.filter(({ level }) => level !== 'info'), [])
})

test('a wrong variable ends the process at once with one line', async (context) => {
  const { code, lines, stderr } = await startProcess(context, { ...SENSOR, SAMPLING_INTERVAL: '-1' }).ended
  assert.equal(code, 1)
  assert.equal(stderr, 'SAMPLING_INTERVAL is "-1"; it must be a number from 0.01 to 86400\n')
  assert.deepEqual(lines, [])
})

test('the liveness file is as fresh as the heartbeat in PostgreSQL, and gone after a stop', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'factory-liveness-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const plant = await testPlant(context)
  const pool = openPool(context, plant.databaseUrl)
  const path = join(folder, 'alive')
  const producer = startProcess(context, { ...plant.env, ...SENSOR, LIVENESS_FILE: path })
  const first = await waitFor('the file', async () => Promise.resolve(statSync(path, { throwIfNoEntry: false })))
  assert.ok(Math.abs(first.mtimeMs - ((await rowOf(pool))?.last_heartbeat.getTime() ?? 0)) < 2_500)
  await waitFor('another touch', async () => Promise.resolve(statSync(path).mtimeMs > first.mtimeMs))
  assert.equal((await producer.stop()).code, 0)
  assert.equal(existsSync(path), false)

  const wrong = await startProcess(context, { ...plant.env, ...SENSOR, LIVENESS_FILE: join(folder, 'no', 'alive') }).ended
  assert.equal(wrong.code, 1)
  assert.match(wrong.lines.map(({ msg }) => msg).join('\n'), /^LIVENESS_FILE can't be written: ENOENT.*$/)
})

test('the total counts every beat once', async (context) => {
  const pool = openPool(context, (await testDatabase(context)).databaseUrl)
  const beat = async (change: Partial<ProducerBeat>): Promise<number | undefined> => {
    await recordProducerBeat(pool, {
      producerId: 'p', sensorType: 'energy', status: 'active', heartbeatIntervalMs: 2_000, epoch: 'a', sentInEpoch: 0, sentSinceLastBeat: 0,
      sentLastMinute: 0, buffered: 0, dropped: 0, ...change,
    })
    return (await rowOf(pool, 'p'))?.total_messages_sent
  }
  assert.equal(await beat({ sentInEpoch: 5, sentSinceLastBeat: 5 }), 5)
  assert.equal(await beat({ sentInEpoch: 7, sentSinceLastBeat: 2 }), 7)
  // Its answer was lost, so it comes again, with what was sent since.
  assert.equal(await beat({ sentInEpoch: 9, sentSinceLastBeat: 4 }), 9)
  assert.equal(await beat({ epoch: 'b', sentInEpoch: 3, sentSinceLastBeat: 3 }), 12)
  // Two processes of one sensor take turns: each adds what it sent since its own last beat.
  assert.equal(await beat({ epoch: 'a', sentInEpoch: 10, sentSinceLastBeat: 1 }), 13)
  assert.equal(await beat({ epoch: 'b', sentInEpoch: 5, sentSinceLastBeat: 2 }), 15)
})

test('a row of another program is taken over with its total and its metadata', async (context) => {
  const pool = openPool(context, (await testDatabase(context)).databaseUrl)
  await pool.query(`insert into producer_health (producer_id, sensor_type, total_messages_sent, metadata) values ('p', 'energy', 100, '{"host": "plc-7"}')`)
  await recordProducerBeat(pool, {
    producerId: 'p', sensorType: 'energy', status: 'active', heartbeatIntervalMs: 2_000, epoch: 'a', sentInEpoch: 5, sentSinceLastBeat: 5,
    sentLastMinute: 4, buffered: 3, dropped: 2,
  })
  const { total_messages_sent, messages_sent_last_minute, metadata } = await rowOf(pool, 'p') as HealthRow
  assert.deepEqual({ total_messages_sent, messages_sent_last_minute, metadata }, {
    total_messages_sent: 105, messages_sent_last_minute: 4, metadata: { host: 'plc-7', own_interval: true, epoch: 'a', sent: 5, buffered: 3, dropped: 2 },
  })
})
