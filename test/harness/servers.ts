import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startKafkaCluster } from '../../src/local/kafka/cluster.ts'
import { startPostgres } from '../../src/local/postgres/server.ts'
import { freePorts } from '../../src/local/process/ports.ts'
import { startReaper } from '../../src/local/process/reaper.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { createPool } from '../../src/postgres/pool.ts'

/** Where the servers of a run are: set for test files by the runner, unset in a file that is run by itself. */
export const BROKERS_VARIABLE = 'FACTORY_TEST_KAFKA_BROKERS'
export const SERVER_VARIABLE = 'FACTORY_TEST_DATABASE_URL'

/** A migrated database that nobody connects to, so that others can be copied from it. */
export const TEMPLATE = 'test_template'

export interface Servers {
  /** What test files find the servers by. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Three brokers and a PostgreSQL server with the template database, on free ports, at the same time. */
export async function startServers(folder: string): Promise<Servers> {
  const started = await Promise.allSettled([startKafka(join(folder, 'kafka')), startDatabaseServer(join(folder, 'postgres'))])
  const servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const stop = async (): Promise<void> => { await Promise.all(servers.map((server) => server.stop())) }
  const failure = started.find((result) => result.status === 'rejected')
  if (failure !== undefined) {
    await stop()
    throw failure.reason
  }
  return { env: Object.assign({}, ...servers.map((server) => server.env)) as Record<string, string>, stop }
}

export async function startKafka(folder: string): Promise<Servers> {
  const cluster = await startKafkaCluster({ dir: folder, brokers: 3 })
  return { env: { [BROKERS_VARIABLE]: cluster.brokers.join(',') }, stop: () => cluster.remove() }
}

export async function startDatabaseServer(folder: string): Promise<Servers> {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const reaper = startReaper()
  const [port = 0] = await freePorts(1)
  const server = await startPostgres({ dir: folder, port, logFile: join(folder, 'postgres.log'), reaper })
  const stop = async (): Promise<void> => {
    await server.stop()
    await reaper.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await server.ready
    await makeTemplate(server.url)
  } catch (error) {
    await stop()
    throw error
  }
  return { env: { [SERVER_VARIABLE]: server.url }, stop }
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const pool = createPool(serverUrl, { applicationName: 'test', max: 1 })
  try {
    await pool.query(`create database ${TEMPLATE}`)
  } finally {
    await pool.end()
  }
  await migrate(databaseUrlOf(serverUrl, TEMPLATE))
}

/** The same server and role, another database. */
export function databaseUrlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}
