import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { topicSettings } from '../src/contract/topics.ts'
import { ensureTopics } from '../src/kafka/topics.ts'
import { startKafkaCluster } from '../src/local/kafka/cluster.ts'
import { removePostgres, startPostgres } from '../src/local/postgres/server.ts'
import { serverEnvironment } from '../src/local/process/environment.ts'
import { freePorts } from '../src/local/process/ports.ts'
import { startReaper } from '../src/local/process/reaper.ts'
import { spawnOwned, stopProcess } from '../src/local/process/spawn.ts'
import type { OwnedProcess } from '../src/local/process/spawn.ts'
import { PROJECT_ROOT } from '../src/local/project.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { createPool } from '../src/postgres/pool.ts'
import type { Pool } from '../src/postgres/pool.ts'
import { ExitError } from '../src/runtime/errors.ts'

export const SENSOR_TOPIC = 'sensor-data'
export const ALERT_TOPIC = 'alerts'

/** Three brokers and a PostgreSQL server of our own, with the settings of a local run: `fsync` and `synchronous_commit` are on. */
export interface BenchPlant {
  readonly brokers: readonly string[]
  readonly serverPids: ServerPids
  /** Where files of the run may lie. */
  readonly folder: string
  /** A migrated database that nobody has used. */
  createDatabase(): Promise<BenchDatabase>
  /** Starts one of our mains; its log is `<name>.log` in the folder. */
  startService(name: string, options: ServiceOptions): Promise<BenchService>
}

export interface ServerPids {
  readonly kafka: readonly number[]
  /** The one that starts the others. */
  readonly postgres: number
}

export interface BenchDatabase {
  readonly url: string
  readonly pool: Pool
  /** Also a checkpoint: what comes next begins with nothing left to write. */
  drop(): Promise<void>
}

export interface ServiceOptions {
  /** Path in the project. */
  readonly main: string
  readonly env: Readonly<Record<string, string>>
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[]
}

export interface BenchService {
  readonly process: OwnedProcess
  /** SIGTERM, then SIGKILL. */
  stop(): Promise<void>
}

const STOP_STEPS = [{ signal: 'SIGTERM', waitMs: 10_000 }, { signal: 'SIGKILL', waitMs: 2_000 }] as const
const STATEMENT_TIMEOUT_MS = 600_000

/**
 * Starts the servers, runs the work, and removes everything, also when it fails or is interrupted (Ctrl-C, SIGTERM): then it throws an
 * `ExitError`.
 */
export async function withPlant<T>(work: (plant: BenchPlant) => Promise<T>): Promise<T> {
  const interrupted = Promise.withResolvers<never>()
  const onSignal = (signal: NodeJS.Signals): void => { interrupted.reject(new ExitError(`interrupted by ${signal}; everything is stopped and removed`)) }
  interrupted.promise.catch(() => undefined)
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)

  const folder = await mkdtemp(join(tmpdir(), 'factory-bench-'))
  const reaper = startReaper()
  const services = new Set<OwnedProcess>()
  const databases = new Set<BenchDatabase>()
  const kafka = startKafkaCluster({ dir: join(folder, 'kafka'), brokers: 3 })
  const postgres = startDatabaseServer()
  postgres.catch(() => undefined)
  kafka.catch(() => undefined)

  async function startDatabaseServer(): ReturnType<typeof startPostgres> {
    const [port = 0] = await freePorts(1)
    const server = await startPostgres({ dir: folder, port, logFile: join(folder, 'postgres.log'), reaper })
    await server.ready
    return server
  }

  async function createDatabase(): Promise<BenchDatabase> {
    const server = new URL((await postgres).url)
    // Of our own letters and digits, so safe in the statement.
    const name = `bench_${randomBytes(6).toString('hex')}`
    await runStatement(server.href, `create database ${name}`)
    const url = new URL(server)
    url.pathname = `/${name}`
    await migrate(url.href)
    const pool = createPool(url.href, { applicationName: 'bench', max: 4, statementTimeoutMs: STATEMENT_TIMEOUT_MS, onIdleError: () => undefined })
    const database = {
      url: url.href, pool,
      async drop() {
        databases.delete(database)
        await pool.end()
        // Ends an autovacuum in it, and waits 5 s for others to go; `with (force)` would need a superuser for the former.
        await runStatement(server.href, `drop database ${name}`)
      },
    }
    databases.add(database)
    return database
  }

  async function startService(name: string, { main, env, nodeOptions = [] }: ServiceOptions): Promise<BenchService> {
    const owned = await spawnOwned(process.execPath, [...nodeOptions, join(PROJECT_ROOT, main)], {
      cwd: PROJECT_ROOT, env: serverEnvironment({ LOG_LEVEL: 'warn', ...env }), logFile: join(folder, `${name}.log`), reaper,
    })
    services.add(owned)
    return {
      process: owned,
      async stop() {
        await stopProcess(owned, STOP_STEPS)
        services.delete(owned)
      },
    }
  }

  async function run(): Promise<T> {
    const { brokers, nodes } = await kafka
    const serverPids = { kafka: [...nodes.values()].map((node) => node.process.pid), postgres: (await postgres).process.pid }
    await ensureTopics({ brokers, clientId: 'bench' }, topicSettings(SENSOR_TOPIC, ALERT_TOPIC))
    return work({ brokers, serverPids, folder, createDatabase, startService })
  }

  try {
    return await Promise.race([run(), interrupted.promise])
  } finally {
    await Promise.allSettled([...services].map((owned) => stopProcess(owned, [{ signal: 'SIGKILL', waitMs: 2_000 }])))
    await Promise.allSettled([...databases].map((database) => database.pool.end()))
    const [cluster, server] = await Promise.allSettled([kafka, postgres])
    await Promise.allSettled([
      cluster.status === 'fulfilled' ? cluster.value.remove() : undefined, server.status === 'fulfilled' ? server.value.remove() : undefined,
    ])
    await reaper.close()
    await removePostgres(folder)
    await rm(folder, { recursive: true, force: true })
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

async function runStatement(databaseUrl: string, sql: string): Promise<void> {
  const pool = createPool(databaseUrl, { applicationName: 'bench', max: 1, statementTimeoutMs: STATEMENT_TIMEOUT_MS })
  try {
    await pool.query(sql)
  } finally {
    await pool.end()
  }
}
