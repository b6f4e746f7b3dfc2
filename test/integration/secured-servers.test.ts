import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { AclOperations, AclPermissionTypes, Admin, ResourcePatternTypes, ResourceTypes } from '@platformatic/kafka'
import { recordsOf } from '../../src/kafka/log-chunk.ts'
import { readConfig } from '../../src/consumer/config.ts'
import { startConsumer } from '../../src/consumer/service.ts'
import { topicSettings } from '../../src/contract/topics.ts'
import { createLogReader } from '../../src/kafka/log-reader.ts'
import { createKafkaProducer } from '../../src/kafka/producer.ts'
import { SASL_MECHANISMS, readKafkaSecurity } from '../../src/kafka/security.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import { postgresPlace } from '../../src/local/postgres/account.ts'
import { startPostgres } from '../../src/local/postgres/server.ts'
import type { PostgresServer } from '../../src/local/postgres/server.ts'
import { freePorts } from '../../src/local/process/ports.ts'
import { startReaper } from '../../src/local/process/reaper.ts'
import type { Reaper } from '../../src/local/process/reaper.ts'
import { classifyPostgres } from '../../src/postgres/errors.ts'
import { createPool, inTransaction } from '../../src/postgres/pool.ts'
import { requestReplays } from '../../src/postgres/replay-requests.ts'
import type { Environment } from '../../src/runtime/config.ts'
import { createLog } from '../../src/runtime/log.ts'
import { makeCertificates } from './certificates.ts'
import type { Certificates } from './certificates.ts'
import { eventually, reading } from './consumer-bench.ts'
import { startSecuredKafka } from './secured-kafka.ts'
import type { SecuredKafka } from './secured-kafka.ts'

const USER = { name: 'factory', password: 'not-for-a-log' }

/** Servers as a plant has them elsewhere: nobody gets in without TLS, or without a login. */
describe('Kafka and PostgreSQL elsewhere', () => {
  let dir = ''
  let certificates: Certificates
  let kafka: SecuredKafka
  let postgres: PostgresServer
  let reaper: Reaper
  const cleanUps: (() => Promise<void>)[] = []

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'factory-secured-'))
    chmodSync(dir, 0o755)
    certificates = makeCertificates(dir)
    reaper = startReaper()
    kafka = await startSecuredKafka(join(dir, 'kafka'), certificates, USER)
    cleanUps.push(() => kafka.remove())
    postgres = await startSecuredPostgres()
    cleanUps.push(() => postgres.remove())
  })

  after(async () => {
    await Promise.all(cleanUps.map((cleanUp) => cleanUp()))
    await reaper.close()
    rmSync(dir, { recursive: true, force: true })
  })

  /** Started twice: its certificate goes into the folder that the first start makes. */
  async function startSecuredPostgres(): Promise<PostgresServer> {
    const home = join(dir, 'database')
    mkdirSync(home, { mode: 0o755 })
    const [port = 0] = await freePorts(1)
    const start = async (): Promise<PostgresServer> => startPostgres({ dir: home, port, logFile: join(dir, 'postgres.log'), reaper })
    const first = await start()
    await first.ready
    await first.stop()
    const data = join(postgresPlace(home).base, 'data')
    const owner = statSync(data)
    for (const [from, name] of [[certificates.cert, 'server.crt'], [certificates.key, 'server.key']] as const) {
      copyFileSync(from, join(data, name))
      chmodSync(join(data, name), 0o600)
      chownSync(join(data, name), owner.uid, owner.gid)
    }
    appendFileSync(join(data, 'postgresql.auto.conf'), 'ssl = on\n')
    const server = await start()
    await server.ready
    return server
  }

  const kafkaEnv = (changes: Environment = {}): Record<string, string> => defined({
    KAFKA_BROKERS: `localhost:${kafka.port}`, KAFKA_SSL: '1', KAFKA_SSL_CA_FILE: certificates.ca,
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: USER.name, KAFKA_SASL_PASSWORD: USER.password, ...changes,
  })

  function databaseUrl(host: string, parameters: Record<string, string>): string {
    const url = new URL(postgres.url)
    url.hostname = host
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
    return url.href
  }

  for (const mechanism of SASL_MECHANISMS) {
    test(`a message goes through brokers with TLS and ${mechanism}`, async () => {
      const topic = `secured-${mechanism.toLowerCase()}`
      const connection = {
        brokers: [`localhost:${kafka.port}`], clientId: 'test', security: readKafkaSecurity(kafkaEnv({ KAFKA_SASL_MECHANISM: mechanism })),
      }
      await ensureTopics(connection, topicSettings(topic, `${topic}-alerts`))
      const producer = createKafkaProducer(connection)
      const reader = createLogReader(connection, topic)
      try {
        await producer.send([{ topic, key: Buffer.from('key'), value: Buffer.from('through TLS') }])
        const found = await readFirst(reader)
        assert.equal(found, 'through TLS')
      } finally {
        await Promise.all([producer.close(), reader.close()])
      }
    })
  }

  async function readFirst(reader: ReturnType<typeof createLogReader>): Promise<string | undefined> {
    const bounds = await reader.bounds([0, 1, 2])
    const stop = new AbortController()
    let found: string | undefined
    await reader.read(new Map([...bounds].map(([partition, { topicId, first }]) => [partition, { topicId, offset: first }])), async (slice) => {
      found = recordsOf(slice).next().value?.value?.toString()
      stop.abort()
      return Promise.resolve()
    }, AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]))
    return found
  }

  test('the whole path works on secured servers: a reading of a producer is stored by a consumer', { timeout: 60_000 }, async (t) => {
    const url = databaseUrl('localhost', { sslmode: 'verify-full', sslrootcert: certificates.ca })
    const env = { ...kafkaEnv(), DATABASE_URL: url, SENSOR_TOPIC: 'path', ALERT_TOPIC: 'path-alerts' }
    for (const [kind, more] of Object.entries({
      producer: { SENSOR_ID: 's', SENSOR_TYPE: 'temperature', SAMPLING_INTERVAL: '0.1' }, consumer: { CONSUMER_ID: 'c' },
    })) {
      const child = spawn(process.execPath, [`src/${kind}/main.ts`], { env: { ...process.env, ...env, ...more }, stdio: 'ignore' })
      const ended = once(child, 'exit')
      t.after(async () => {
        child.kill('SIGKILL')
        await ended
      })
    }
    const pool = createPool(url, { applicationName: 'test', max: 1 })
    t.after(async () => pool.end())
    for (let rows = 0; rows === 0; await sleep(200)) {
      const found = await pool.query<{ rows: number }>('select count(*) as rows from sensor_readings').catch(() => null)
      rows = found?.rows[0]?.rows ?? 0
    }
    const { rows } = await pool.query<{ ssl: boolean }>('select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = \'c\'')
    assert.deepEqual(rows, [{ ssl: true }])
  })

  test('a replay that the rights of Kafka forbid is told as failed, and readings are stored meanwhile; with the right it is sent', { timeout: 60_000 }, async (t) => {
    const topic = 'read-only'
    await ensureTopics({ brokers: [`127.0.0.1:${kafka.openPort}`], clientId: 'test' }, topicSettings(topic, `${topic}-alerts`))
    const producer = createKafkaProducer({ brokers: [`127.0.0.1:${kafka.openPort}`], clientId: 'test' })
    t.after(() => producer.close())
    const admin = new Admin({ clientId: 'test-admin', bootstrapBrokers: [`127.0.0.1:${kafka.openPort}`] })
    t.after(() => admin.close())
    const allow = async (operation: 'READ' | 'WRITE'): Promise<void> => admin.createAcls({
      creations: [{
        resourceType: ResourceTypes.TOPIC, resourceName: topic, resourcePatternType: ResourcePatternTypes.LITERAL, principal: `User:${USER.name}`,
        host: '*', operation: AclOperations[operation], permissionType: AclPermissionTypes.ALLOW,
      }],
    })
    await allow('READ')
    const pool = createPool(databaseUrl('127.0.0.1', { sslmode: 'require' }), { applicationName: 'test', max: 1 })
    t.after(async () => pool.end())
    const consumer = await startConsumer(readConfig({
      ...kafkaEnv(), DATABASE_URL: databaseUrl('127.0.0.1', { sslmode: 'require' }), CONSUMER_ID: 'reader', CONSUMER_GROUP: topic, SENSOR_TOPIC: topic,
      ALERT_TOPIC: `${topic}-alerts`,
    }), createLog('test', 'silent'))
    t.after(() => consumer.close())
    let failure: unknown = null
    consumer.failed.catch((error: unknown) => { failure = error })
    const replays = async (): Promise<unknown[]> => (await pool.query(
      `select r.failure, r.outcome from dead_letter_replay r join partition_log l using (log_key) where l.topic = $1 order by kafka_offset`, [topic])).rows
    const request = async (): Promise<unknown> => inTransaction(pool, async (client) => requestReplays(client, { topic, account: 'anna' }, null, 10))
    const counts = async (): Promise<unknown> => (await pool.query(
      'select sum(stored)::int as stored, sum(dead_lettered)::int as refused from partition_log where topic = $1', [topic])).rows[0]

    await producer.send([0, 1].map(() => ({ topic, partition: 0, value: Buffer.from('no reading') })))
    await eventually(async () => { assert.deepEqual(await counts(), { stored: 0, refused: 2 }) })
    assert.deepEqual(await request(), { requested: 2, remaining: 0 })
    await eventually(async () => {
      const failures = await replays() as { failure: string | null }[]
      assert.equal(failures.length, 2)
      for (const each of failures) assert.match(each.failure ?? '', /Topic authorization failed/)
    })
    await producer.send([{ topic, partition: 0, value: Buffer.from(JSON.stringify(reading(1))) }])
    await eventually(async () => { assert.deepEqual(await counts(), { stored: 1, refused: 2 }) })
    assert.equal(failure, null)

    await allow('WRITE')
    assert.deepEqual(await request(), { requested: 2, remaining: 0 })
    await eventually(async () => { assert.deepEqual(await replays(), [0, 1].map(() => ({ failure: null, outcome: 'refused' }))) })
  })

  const REFUSED: Readonly<Record<string, readonly [changes: () => Environment, reason: RegExp]>> = {
    'a certificate of an unknown authority': [() => ({ KAFKA_SSL_CA_FILE: certificates.strangerCa }), /Kafka can't be used: .*certificate/],
    'a certificate for another host': [() => ({ KAFKA_BROKERS: `127.0.0.1:${kafka.port}` }), /Kafka can't be used: .*altnames/],
    'a wrong password': [() => ({ KAFKA_SASL_PASSWORD: 'wrong-and-secret' }), /Kafka can't be used: .*[Aa]uthentication/],
    'PLAIN without TLS': [() => ({ KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SSL: '0', KAFKA_SSL_CA_FILE: '' }), /^KAFKA_SASL_MECHANISM is PLAIN/],
    'an authority that is no file': [() => ({ KAFKA_SSL_CA_FILE: '/nowhere/ca.pem' }), /^KAFKA_SSL_CA_FILE names a file that can't be read/],
    'a database whose certificate is of another authority': [
      () => ({ DATABASE_URL: databaseUrl('localhost', { sslmode: 'verify-full', sslrootcert: certificates.strangerCa }) }), /PostgreSQL can't be used: .*certificate/,
    ],
  }
  for (const [what, [changes, reason]] of Object.entries(REFUSED)) {
    test(`${what} ends a consumer with one line that says so, without a password`, { timeout: 30_000 }, async (t) => {
      const database = databaseUrl('localhost', { sslmode: 'require' })
      const env = { ...process.env, ...kafkaEnv(), DATABASE_URL: database, CONSUMER_ID: 'c', SENSOR_TOPIC: 'refused', ALERT_TOPIC: 'refused-alerts', ...changes() }
      const child = spawn(process.execPath, ['src/consumer/main.ts'], { env: defined(env), stdio: ['ignore', 'pipe', 'pipe'] })
      t.after(() => child.kill('SIGKILL'))
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
      const [code] = await once(child, 'close') as [number | null]
      assert.equal(code, 1, output)
      const last = output.trimEnd().split('\n').at(-1) ?? ''
      assert.match(last.startsWith('{') ? (JSON.parse(last) as { msg: string }).msg : last, reason)
      assert.doesNotMatch(output, /not-for-a-log|wrong-and-secret|factory_pass/)
    })
  }

  const MODES: readonly (readonly [mode: string, host: string, ca: 'ca' | 'strangerCa' | null, outcome: 'encrypted' | 'plain' | 'exit'])[] = [
    ['disable', '127.0.0.1', null, 'plain'],
    ['require', '127.0.0.1', null, 'encrypted'],
    ['verify-ca', '127.0.0.1', 'ca', 'encrypted'],
    ['verify-ca', 'localhost', 'strangerCa', 'exit'],
    ['verify-full', 'localhost', 'ca', 'encrypted'],
    ['verify-full', '127.0.0.1', 'ca', 'exit'],
    ['verify-full', 'localhost', null, 'exit'],
  ]
  for (const [mode, host, ca, outcome] of MODES) {
    test(`sslmode=${mode} to ${host} with ${ca ?? 'no root certificate'}: ${outcome}`, async () => {
      const url = databaseUrl(host, { sslmode: mode, ...ca === null ? {} : { sslrootcert: certificates[ca] } })
      const pool = createPool(url, { applicationName: 'test', max: 1 })
      try {
        const answer = pool.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
        if (outcome === 'exit') await assert.rejects(answer, (error) => classifyPostgres(error) === 'exit')
        else assert.deepEqual((await answer).rows, [{ ssl: outcome === 'encrypted' }])
      } finally {
        await pool.end()
      }
    })
  }
})

function defined(env: Environment): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
