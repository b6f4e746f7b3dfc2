import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { topicSettings } from '../../src/contract/topics.ts'
import { ensureTopics } from '../../src/kafka/topics.ts'
import { startKafkaCluster } from '../../src/local/kafka/cluster.ts'
import type { KafkaCluster } from '../../src/local/kafka/cluster.ts'
import { startPostgres } from '../../src/local/postgres/server.ts'
import type { PostgresServer } from '../../src/local/postgres/server.ts'
import { freePorts } from '../../src/local/process/ports.ts'
import { startReaper } from '../../src/local/process/reaper.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Pool } from '../../src/postgres/pool.ts'

export const CONSUMERS = ['consumer-001', 'consumer-002', 'consumer-003'] as const
const CONSUMER_MAIN = fileURLToPath(new URL('../../src/consumer/main.ts', import.meta.url))

/** A plant of its own, whose every process can be killed: three brokers, PostgreSQL, three consumers. */
export interface FaultPlant {
  readonly cluster: KafkaCluster
  readonly pool: Pool
  readonly databaseUrl: string
  readonly topics: { readonly sensor: string, readonly alerts: string }
  readonly consumers: Map<string, ChildProcess>
  startConsumer(id: string): void
  /** SIGKILL of the postmaster, then a start on the same data. */
  killPostgres(): Promise<void>
  startPostgres(): Promise<void>
  remove(): Promise<void>
}

export async function startFaultPlant(dir: string): Promise<FaultPlant> {
  mkdirSync(dir, { recursive: true, mode: 0o755 })
  const reaper = startReaper()
  const [port = 0] = await freePorts(1)
  const startServer = (): Promise<PostgresServer> => startPostgres({ dir: join(dir, 'postgres'), port, logFile: join(dir, 'postgres.log'), reaper })
  const [cluster, firstServer] = await Promise.all([startKafkaCluster({ dir: join(dir, 'kafka'), brokers: 3 }), startServer()])
  let server = firstServer
  await server.ready
  await migrate(server.url)
  const topics = { sensor: 'sensor-data', alerts: 'alerts' }
  await ensureTopics({ brokers: cluster.brokers, clientId: 'fault' }, topicSettings(topics.sensor, topics.alerts))
  const pool = createPool(server.url, { applicationName: 'oracle', max: 2, onIdleError: () => {} })
  const consumers = new Map<string, ChildProcess>()

  function startConsumer(id: string): void {
    const output = openSync(join(dir, `${id}.log`), 'a')
    consumers.set(id, spawn(process.execPath, [CONSUMER_MAIN], {
      env: {
        PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], FACTORY_TEST_RUN: process.env['FACTORY_TEST_RUN'],
        CONSUMER_ID: id, KAFKA_BROKERS: cluster.brokers.join(','), DATABASE_URL: server.url, GROUP_SESSION_TIMEOUT_MS: '4000',
      },
      stdio: ['ignore', output, output],
    }))
  }
  for (const id of CONSUMERS) startConsumer(id)

  return {
    cluster, pool, databaseUrl: server.url, topics, consumers, startConsumer,
    async killPostgres() {
      server.process.kill('SIGKILL')
      await server.process.exited
    },
    async startPostgres() {
      server = await startServer()
      await server.ready
    },
    async remove() {
      await Promise.all([...consumers.values()].map(endConsumer))
      await pool.end()
      await server.remove()
      await cluster.remove()
      await reaper.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function endConsumer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGCONT')
  child.kill('SIGKILL')
  await exited
}
