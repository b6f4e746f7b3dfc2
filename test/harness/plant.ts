import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deadLetterTopic, topicSettings } from '../../src/contract/topics.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { BROKERS_VARIABLE, SERVER_VARIABLE, TEMPLATE, databaseUrlOf, startDatabaseServer, startKafka } from './servers.ts'
import type { Servers } from './servers.ts'

/** A test, or a suite: whatever runs functions when it is over. */
export interface Owner {
  after(cleanUp: () => void | Promise<void>): void
}

export interface TestTopics {
  readonly brokers: readonly string[]
  /** Names that no other test has. */
  readonly topics: { readonly sensor: string, readonly alerts: string, readonly deadLetter: string }
  readonly group: string
}

export interface TestDatabase {
  /** Of a database that no other test has. */
  readonly databaseUrl: string
}

export interface TestPlant extends TestTopics, TestDatabase {
  /** What a service needs to run on this plant. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * A plant for one test, on the Kafka cluster (three brokers) and the PostgreSQL server of the run: a migrated database, and the three
 * topics, empty. A file that is run by itself starts its own servers, which takes some seconds, and stops them at its end.
 */
export async function testPlant(owner: Owner): Promise<TestPlant> {
  const [topics, database] = await Promise.all([testTopics(), testDatabase(owner)])
  return {
    ...topics, ...database,
    env: {
      KAFKA_BROKERS: topics.brokers.join(','), DATABASE_URL: database.databaseUrl, CONSUMER_GROUP: topics.group,
      SENSOR_TOPIC: topics.topics.sensor, ALERT_TOPIC: topics.topics.alerts,
    },
  }
}

/** Topics that no other test has. They go with the cluster; to delete them one by one takes longer than a test. */
export async function testTopics(): Promise<TestTopics> {
  const brokers = (await serverOf(BROKERS_VARIABLE)).split(',')
  const name = uniqueName()
  const topics = { sensor: name, alerts: `${name}-alerts`, deadLetter: deadLetterTopic(name) }
  await ensureTopics({ brokers, clientId: 'test' }, topicSettings(topics.sensor, topics.alerts))
  return { brokers, topics, group: `${name}-group` }
}

/** A copy of the migrated template, or an empty database; dropped with its owner, whoever is still connected. */
export async function testDatabase(owner: Owner, content: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const serverUrl = await serverOf(SERVER_VARIABLE)
  // Made of our own letters and digits, so safe in the statement.
  const name = uniqueName()
  await runStatement(serverUrl, `create database ${name} template ${content === 'migrated' ? TEMPLATE : 'template0'}`)
  owner.after(() => dropDatabase(serverUrl, name))
  return { databaseUrl: databaseUrlOf(serverUrl, name) }
}

const DROP_WITHIN_MS = 15_000
const INSUFFICIENT_PRIVILEGE = '42501'

/** Connections of ours are ended; an autovacuum that is in it just now may not be, so it is waited for. */
async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const deadlineMs = performance.now() + DROP_WITHIN_MS
  for (;;) {
    try {
      await runStatement(serverUrl, `drop database ${name} with (force)`)
      return
    } catch (error) {
      if ((error as { code?: unknown }).code !== INSUFFICIENT_PRIVILEGE || performance.now() > deadlineMs) throw error
      await sleep(200)
    }
  }
}

async function runStatement(serverUrl: string, sql: string): Promise<void> {
  const pool = createPool(serverUrl, { applicationName: 'test', max: 1 })
  try {
    await pool.query(sql)
  } finally {
    await pool.end()
  }
}

function uniqueName(): string {
  return `test_${randomBytes(6).toString('hex')}`
}

const ownServers = new Map<string, Promise<Servers>>()

/** Address of the server of this run, else of our own, which is started when it is asked for. */
async function serverOf(variable: typeof BROKERS_VARIABLE | typeof SERVER_VARIABLE): Promise<string> {
  const given = process.env[variable]
  if (given !== undefined) return given
  let own = ownServers.get(variable)
  if (own === undefined) {
    own = startOwn(variable)
    ownServers.set(variable, own)
  }
  const { env } = await own
  return env[variable] as string
}

async function startOwn(variable: typeof BROKERS_VARIABLE | typeof SERVER_VARIABLE): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'factory-test-'))
  await chmod(folder, 0o755)
  const servers = await (variable === BROKERS_VARIABLE ? startKafka : startDatabaseServer)(join(folder, 'server'))
  return {
    env: servers.env,
    async stop() {
      await servers.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

// Of the whole file, because this module is loaded outside any test.
after(async () => {
  await Promise.all([...ownServers.values()].map(async (servers) => (await servers).stop()))
})
